/** What the room showed at one moment, besides text: a look-up in the tracks of a recording. Pure. */

import type { BenchReport, Output, Run, Stage, TestReport } from "../protocol";
import type { Recording } from "../recording";
import { append, type Transcript } from "../room/transcripts";
import { countUntil, lastUntil, until } from "./sorted";

export interface NoteThen {
  readonly id: number;
  readonly ms: number;
  readonly stage: Stage;
  readonly text: string;
}

export const stageAt = ({ stages }: Recording, ms: number): Stage => lastUntil(stages, ms)?.[1] ?? "lobby";

/** Milliseconds left on the stage's clock, negative when over; null where no clock is set. */
export function clockLeft({ clocks }: Recording, ms: number): { left: number; running: boolean } | null {
  const clock = lastUntil(clocks, ms);
  if (!clock || clock.minutes === 0) return null;
  const used = clock.used_ms + (clock.running ? ms - clock.ms : 0);
  return { left: clock.minutes * 60_000 - used, running: clock.running };
}

/** Runs as they stood: those that end later still run. */
export function runsAt({ runs, starts_at }: Recording, ms: number): Run[] {
  const now = starts_at + ms;
  return runs
    .filter((run) => run.at <= now)
    .map((run) =>
      run.finished_at !== null && run.finished_at <= now ? run : { ...run, finished_at: null, outcome: null },
    );
}

/** What each run had shown, by its number. */
export function transcriptsAt({ outputs }: Recording, ms: number): Map<number, Transcript> {
  const shown = new Map<number, Output[]>();
  for (const [, run, output] of until(outputs, ms)) {
    const list = shown.get(run);
    if (list) list.push(output);
    else shown.set(run, [output]);
  }
  return new Map([...shown].map(([run, list]) => [run, append({ pieces: [], dropped: 0 }, list)]));
}

export function testsAt(recording: Recording, ms: number): TestReport | null {
  const run = toolAt(recording, "tests", ms);
  if (!run) return null;
  const cases = until(recording.cases, ms).flatMap(([, number, one]) => (number === run.id ? [one] : []));
  return { ...report(recording, run, ms), cases };
}

export function benchAt(recording: Recording, ms: number): BenchReport | null {
  const run = toolAt(recording, "bench", ms);
  if (!run) return null;
  const rows = until(recording.rows, ms).flatMap(([, number, one]) => (number === run.id ? [one] : []));
  const strips = until(recording.strips, ms).flatMap(([, number, one]) => (number === run.id ? [one] : []));
  const texts = until(recording.bench_texts, ms).flatMap(([, number, one]) => (number === run.id ? [one] : []));
  return { ...report(recording, run, ms), rows, strips, texts };
}

function toolAt(recording: Recording, kind: Run["kind"], ms: number): Run | undefined {
  return runsAt(recording, ms).findLast((run) => run.kind === kind);
}

function report({ tool_errors }: Recording, run: Run, ms: number) {
  const error = until(tool_errors, ms).findLast(([, number]) => number === run.id)?.[2] ?? "";
  return { at: run.at, running: run.finished_at === null, error };
}

export type ResultTab = "output" | "tests" | "bench" | "terminal";

/** Where the newest results were, and since when: of a run, or of the terminal where it was used later. */
export function newestResult({ runs, moments, starts_at }: Recording, ms: number): { tab: ResultTab; ms: number } | null {
  const run = runs[countUntil(runs, starts_at + ms, (one) => one.at) - 1];
  const terminal = until(moments, ms).findLast(({ marker }) => marker === "terminal");
  if (terminal && (!run || starts_at + terminal.ms > run.at)) return { tab: "terminal", ms: terminal.ms };
  if (!run) return null;
  return { tab: run.kind === "tests" || run.kind === "bench" ? run.kind : "output", ms: run.at - starts_at };
}

/** Notes as they read then, oldest first. */
export function notesAt({ notes }: Recording, ms: number): NoteThen[] {
  const found = new Map<number, NoteThen>();
  for (const note of until(notes, ms)) {
    if (note.text === "") found.delete(note.id);
    else found.set(note.id, { ...(found.get(note.id) ?? note), text: note.text });
  }
  return [...found.values()];
}

export function ticksAt({ ticks }: Recording, ms: number): string[] {
  const on = new Set<string>();
  for (const [, finding, ticked] of until(ticks, ms)) {
    if (ticked) on.add(finding);
    else on.delete(finding);
  }
  return [...on];
}

export function marksAt({ marks }: Recording, ms: number): Recording["marks"] {
  return [...new Map(until(marks, ms).map((mark) => [mark.axis, mark])).values()];
}

/** Who was in the room, by number. */
export function presentAt({ present }: Recording, ms: number): Set<number> {
  const there = new Set<number>();
  for (const [, person, came] of until(present, ms)) {
    if (came) there.add(person);
    else there.delete(person);
  }
  return there;
}
