/** Where the runs of the bench stand in their small pictures. Pure. */

import type { BenchPoint } from "../protocol";

/** The run with the largest speed-up; of equals the first. */
export function bestOf(points: readonly BenchPoint[]): number {
  return points.reduce((best, point, at) => (point.speedup > (points[best]?.speedup ?? -1) ? at : best), 0);
}

export const WIDTH = 300;
export const HEIGHT = 92;
export const EDGE = 12;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where each value stands in the picture, zero at the bottom; null for a run that has none. */
export function spots(values: readonly (number | null)[], plain: number | null): (Spot | null)[] {
  const top = topOf(values, plain);
  const step = values.length > 1 ? (WIDTH - 2 * EDGE) / (values.length - 1) : 0;
  return values.map((value, at) => (value === null ? null : { x: EDGE + at * step, y: heightOf(value, top) }));
}

/** How far down a value stands in a picture whose highest value is `top`. */
export function heightOf(value: number, top: number): number {
  return HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE);
}

export function topOf(values: readonly (number | null)[], plain: number | null): number {
  return Math.max(...values.map((value) => value ?? 0), plain ?? 0, 1e-9);
}
