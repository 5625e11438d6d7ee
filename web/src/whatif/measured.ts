/** What was measured of batches (wire/batch_pressure.py), and the curve to hold against the model's. Pure. */

import { list, number, object, oneOf, string, type Infer } from "../schema";

const pressure = object({
  kind: oneOf("measured", "priced"),
  name: string,
  what: string,
  context: number,
  batches: list(number),
  plain_tokens_per_s: list(number),
  curves: list(
    object({
      gamma: number,
      tokens_per_round: number,
      speedup: list(number),
      tokens_per_s: list(number),
    }),
  ),
});

export const batchPressure = object({ results: list(pressure) });

export type Pressure = Infer<typeof pressure>;
export type Curve = Pressure["curves"][number];

/** The curve whose number of drafts is nearest; the smaller of two that are equally near. */
export function nearestCurve(found: Pressure, gamma: number): Curve | null {
  const far = (curve: Curve) => Math.abs(curve.gamma - gamma);
  return found.curves.reduce<Curve | null>(
    (best, curve) => (best === null || far(curve) < far(best) ? curve : best),
    null,
  );
}

/** The largest batch up to which the curve lies above plain decoding; null where it never does. */
export function lastThatPays(found: Pressure, curve: Curve): number | null {
  const first = curve.speedup.findIndex((speedup) => speedup <= 1);
  return found.batches.slice(0, first < 0 ? undefined : first).at(-1) ?? null;
}

/** Of a sentence: what the curve shows, and how far it pays. */
export function inWords(found: Pressure, curve: Curve): string {
  const last = lastThatPays(found, curve);
  const most = found.batches.at(-1) ?? 1;
  const pays =
    last === null
      ? "do not pay at any batch"
      : last === most
        ? `still pay at a batch of ${last}, the largest tried`
        : `pay up to a batch of ${last}`;
  const drafts = curve.gamma === 1 ? "1 draft token" : `${curve.gamma} draft tokens`;
  return `${drafts} (${curve.tokens_per_round.toFixed(2)} tokens a target call) ${pays}.`;
}
