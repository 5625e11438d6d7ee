/** What a change of the room means in words, for people who do not see it change. Pure. */

import type { View } from "../protocol";
import { STAGE_NAMES } from "../stages";

export type Seen = Pick<View, "stage" | "people" | "runs" | "tests" | "submission" | "judgements">;

/** Sentences on what happened between two views; "" when nothing that others would notice. */
export function news(before: Seen, now: Seen): string {
  return [stages(before, now), ...people(before, now), runs(before, now), tests(before, now), work(before, now)]
    .filter(Boolean)
    .join(" ");
}

function stages(before: Seen, now: Seen): string {
  return before.stage === now.stage ? "" : `The stage is now: ${STAGE_NAMES[now.stage]}.`;
}

function people(before: Seen, now: Seen): string[] {
  const online = (seen: Seen) => new Set(seen.people.filter((one) => one.online).map((one) => one.name));
  const [was, is] = [online(before), online(now)];
  return [
    ...[...is].filter((name) => !was.has(name)).map((name) => `${name} is here.`),
    ...[...was].filter((name) => !is.has(name)).map((name) => `${name} has left.`),
  ];
}

const OUTCOMES: Record<string, string> = {
  ok: "finished",
  error: "ended with an error",
  interrupted: "was stopped",
  died: "ended with the kernel",
  timed_out: "took too long and was stopped",
  flooded: "printed too much and was stopped",
};

function runs(before: Seen, now: Seen): string {
  const last = now.runs.at(-1);
  if (!last?.outcome || last.kind === "tests") return "";
  const known = before.runs.find((one) => one.id === last.id);
  return known?.outcome ? "" : `${last.label} ${OUTCOMES[last.outcome] ?? "ended"}.`;
}

function tests(before: Seen, now: Seen): string {
  if (!before.tests?.running || !now.tests || now.tests.running) return "";
  const passed = now.tests.cases.filter((one) => one.outcome === "passed").length;
  return now.tests.error || `${passed} of ${now.tests.cases.length} tests pass.`;
}

function work(before: Seen, now: Seen): string {
  if (!before.submission && now.submission) return "The work was submitted.";
  const judged = (seen: Seen) => (seen.judgements ?? []).filter((one) => one.state === "judged").length;
  return judged(now) > judged(before) ? "The judge has finished." : "";
}
