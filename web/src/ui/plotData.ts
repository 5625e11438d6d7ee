/** A plot's series on one x axis, as uPlot and the table want them. Pure. */

import type { Plot } from "../scorecard";

export interface Aligned {
  readonly x: number[];
  /** One column a series; null where it has no point. */
  readonly y: (number | null)[][];
}

export function align(plot: Pick<Plot, "series">): Aligned {
  const x = [...new Set(plot.series.flatMap((series) => series.x))].sort((a, b) => a - b);
  const y = plot.series.map((series) => {
    const at = new Map(series.x.map((value, index) => [value, series.y[index] ?? null]));
    return x.map((value) => at.get(value) ?? null);
  });
  return { x, y };
}

/** Where the bar of series `at` of `of` stands beside each x, in units of x: its left edge and its width. */
export function barSlot(at: number, of: number, x: readonly number[]): { left: number; width: number } {
  const gaps = x.slice(1).map((value, index) => value - (x[index] ?? value));
  const group = 0.76 * Math.min(1, ...gaps);
  const slot = group / of;
  return { left: at * slot - group / 2, width: slot * 0.94 };
}
