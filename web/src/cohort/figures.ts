/** What the host asks about all interviews together: sandbox/core/calibration.py and impact.py, mirrored. */

import { list, nullable, number, object, string, type Infer } from "../schema";

const share = object({ k: number, n: number, value: nullable(number), low: number, high: number });
export type Share = Infer<typeof share>;

const estimate = object({
  value: nullable(number),
  low: nullable(number),
  high: nullable(number),
  n: number,
  too_few: string,
});
export type Estimate = Infer<typeof estimate>;

export const calibration = object({
  aim: number,
  threshold: number,
  interviews: number,
  synthetic: number,
  difficulty: list(object({ versions: list(string), reached: share, p_value: nullable(number) })),
  distributions: list(object({ axis: string, counts: list(number) })),
  totals: list(number),
  checks: list(
    object({
      check: string,
      discrimination: object({ passed: share, not_passed: share, odds_ratio: estimate }),
    }),
  ),
  raters: list(object({ axis: string, agreement: estimate, drift: estimate })),
  first_pass: object({
    n: number,
    low: nullable(number),
    median: nullable(number),
    high: nullable(number),
    never: number,
  }),
});
export type Calibration = Infer<typeof calibration>;

export const impacts = object({
  impacts: list(
    object({
      stage: string,
      attribute: string,
      reference: string,
      reference_rate: share,
      comparisons: list(
        object({
          group: string,
          reference: string,
          rate: share,
          ratio: nullable(number),
          ratio_low: nullable(number),
          ratio_high: nullable(number),
          fisher_p: number,
          by_chance: number,
          too_few: string,
        }),
      ),
    }),
  ),
});
export type Impact = Infer<typeof impacts>["impacts"][number];
export type Comparison = Impact["comparisons"][number];

/** "23 %", or with one digit below 10 %. */
export function percent(value: number): string {
  const of100 = value * 100;
  return `${of100.toFixed(of100 > 0 && of100 < 10 ? 1 : 0)} %`;
}

/** "3 of 40 (7.5 %, 1.6 to 20 %)". */
export function shareInWords({ k, n, value, low, high }: Share): string {
  return value === null ? "none yet" : `${k} of ${n} (${percent(value)}, ${percent(low)} to ${percent(high)})`;
}

/** "0.82 (0.62 to 0.90), n = 30"; where an end is missing there is no bound. */
export function estimateInWords({ value, low, high, n, too_few }: Estimate): string {
  if (too_few) return too_few;
  return `${bound(value)} (${bound(low)} to ${bound(high)}), n = ${n}`;
}

export function bound(value: number | null): string {
  return value === null ? "∞" : value.toFixed(2);
}
