/** A recording as it arrives (docs/protocol.md): tracks in the order of time, in ms from its start. */

import {
  benchText,
  benchRow,
  filterMaterials,
  output,
  probeMaterials,
  run,
  stage,
  testCase,
  tokenStrip,
} from "./protocol";
import {
  boolean,
  list,
  literal,
  nullable,
  number,
  object,
  oneOf,
  string,
  tuple,
  variant,
  type Infer,
} from "./schema";

const marker = oneOf(
  "stage",
  "run",
  "run-failed",
  "tests-passed",
  "tests-failed",
  "bench",
  "terminal",
  "submit",
  "judgement",
  "note",
  "tick",
  "mark",
  "chat",
  "paste",
  "insert",
  "rhythm",
  "away",
  "focus-block",
  "outage",
);
export type Marker = Infer<typeof marker>;

const moment = object({
  seq: number,
  ms: number,
  kind: string,
  author: string,
  text: string,
  marker: nullable(marker),
});
export type Moment = Infer<typeof moment>;

const terminalEvent = variant({
  "terminal-opened": object({ kind: literal("terminal-opened"), rows: number, columns: number }),
  terminal: object({ kind: literal("terminal"), text: string }),
  "terminal-resized": object({ kind: literal("terminal-resized"), rows: number, columns: number }),
  "terminal-closed": object({ kind: literal("terminal-closed"), why: string }),
});

export const recording = object({
  interview: object({ id: string, candidate_name: string, interviewer_name: string, created_at: number }),
  live: boolean,
  starts_at: number,
  length_ms: number,
  people: list(object({ role: string, name: string })),
  texts: list(object({ kind: oneOf("file", "comment", "summary"), name: string, line: number })),
  shown: list(tuple(number, number, boolean)),
  splices: list(tuple(number, number, number, number, string, string)),
  cursors: list(tuple(number, number, nullable(string), nullable(number), nullable(number))),
  present: list(tuple(number, number, boolean)),
  stages: list(tuple(number, stage)),
  clocks: list(object({ ms: number, minutes: number, used_ms: number, running: boolean })),
  runs: list(run),
  outputs: list(tuple(number, number, output)),
  cases: list(tuple(number, number, testCase)),
  rows: list(tuple(number, number, benchRow)),
  strips: list(tuple(number, number, tokenStrip)),
  bench_texts: list(tuple(number, number, benchText)),
  tool_errors: list(tuple(number, number, string)),
  terminal: list(tuple(number, terminalEvent)),
  typists: list(tuple(number, number)),
  notes: list(object({ ms: number, id: number, stage, text: string })),
  ticks: list(tuple(number, string, boolean)),
  marks: list(object({ ms: number, axis: string, score: number, reason: string })),
  said: list(tuple(number, number, string)),
  moments: list(moment),
  filter: filterMaterials,
  probe: probeMaterials,
});
export type Recording = Infer<typeof recording>;
export type Splice = Recording["splices"][number];
