/** Words and marks for a verdict's status; never colour alone. */

import type { Verdict, VerdictStatus } from "../scorecard";
import { Chip, type Tone } from "../ui/parts";

const STATUS: Record<VerdictStatus, { icon: string; say: string; tone: Tone }> = {
  pass: { icon: "✓", say: "pass", tone: "good" },
  fail: { icon: "✕", say: "fail", tone: "bad" },
  inconclusive: { icon: "?", say: "inconclusive", tone: "warn" },
  not_run: { icon: "–", say: "not run", tone: "plain" },
};

export const CHECK_NAMES: Readonly<Record<string, string>> = {
  contract: "Contract",
  greedy: "Greedy decoding is exact",
  law: "Follows the target's distribution",
  independence: "Samples are independent",
  edges: "Edge cases",
  provenance: "Tokens come from the models",
  economy: "Calls are spent well",
  cache: "KV cache",
  speed: "Speed",
};

export const WALL_TIME = "Wall time";

/** Information is no verdict: it has a mark of its own. */
export function InformationChip() {
  return (
    <Chip tone="info">
      <span aria-hidden="true">i</span> information
    </Chip>
  );
}

export function StatusChip({ status }: { status: VerdictStatus }) {
  const { icon, say, tone } = STATUS[status];
  return (
    <Chip tone={tone}>
      <span aria-hidden="true">{icon}</span> {say}
    </Chip>
  );
}

/** `6 pass, 1 fail, 2 not run` */
export function statusLine(verdicts: readonly Verdict[]): string {
  return (Object.keys(STATUS) as VerdictStatus[])
    .map((status) => ({ status, count: verdicts.filter((one) => one.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${STATUS[status].say}`)
    .join(", ");
}
