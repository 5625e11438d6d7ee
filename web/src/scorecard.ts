/** The judge's scorecard as it reaches a page: wire/scorecard.py, mirrored. */

import { boolean, list, nullable, number, object, oneOf, optional, string, type Infer } from "./schema";

const measurement = object({
  name: string,
  value: number,
  low: number,
  high: number,
  unit: string,
  n: number,
});

const plot = object({
  /** stack: bars that stand on each other, the first series at the bottom. */
  kind: oneOf("line", "bar", "stack"),
  title: string,
  x_label: string,
  y_label: string,
  x_ticks: list(string),
  /** low and high: ends of the intervals around each y; empty where there are none. */
  series: list(
    object({
      name: string,
      x: list(number),
      y: list(number),
      low: optional(list(number)),
      high: optional(list(number)),
    }),
  ),
  lines: list(object({ name: string, y: number })),
  log_y: boolean,
});

const verdict = object({
  check: string,
  status: oneOf("pass", "fail", "inconclusive", "not_run"),
  summary: string,
  diagnosis: string,
  measurements: list(measurement),
  plots: list(plot),
});

/** Information: no verdict and no score hangs on it. */
const wallTime = object({
  outcome: oneOf("measured", "too_noisy", "not_measured"),
  pair: string,
  summary: string,
  explanation: string,
  measurements: list(measurement),
  plots: list(plot),
});

export const scorecard = object({
  submission: object({ sha256: string, files: list(string) }),
  challenge: string,
  challenge_version: number,
  seed_commitment: string,
  budget: oneOf("quick", "full"),
  runtime: string,
  record_sha256: optional(nullable(string)),
  verdicts: list(verdict),
  /** null for a rater who has not marked both axes. */
  score: nullable(object({ suggested: number, because: list(string) })),
  wall_time: optional(nullable(wallTime)),
  wall_s: number,
});

export type Measurement = Infer<typeof measurement>;
export type Plot = Infer<typeof plot>;
export type Verdict = Infer<typeof verdict>;
export type WallTime = Infer<typeof wallTime>;
export type VerdictStatus = Verdict["status"];
export type Scorecard = Infer<typeof scorecard>;
