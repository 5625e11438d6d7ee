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

/** The tops of bars that stand on each other: each column with all before it added. */
export function stacked(columns: readonly (readonly (number | null)[])[]): number[][] {
  const tops: number[][] = [];
  for (const column of columns) {
    const below = tops.at(-1);
    tops.push(column.map((value, row) => (below?.[row] ?? 0) + (value ?? 0)));
  }
  return tops;
}

export interface Interval {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** The intervals of a series, those that it has. */
export function intervals(series: Plot["series"][number]): Interval[] {
  return series.x.flatMap((x, at) => {
    const low = series.low?.[at];
    const high = series.high?.[at];
    return low === undefined || high === undefined ? [] : [{ x, low, high }];
  });
}

/** Where the bar of series `at` of `of` stands beside each x, in units of x: its left edge and its width. */
export function barSlot(at: number, of: number, x: readonly number[]): { left: number; width: number } {
  const gaps = x.slice(1).map((value, index) => value - (x[index] ?? value));
  const group = 0.76 * Math.min(1, ...gaps);
  const slot = group / of;
  return { left: at * slot - group / 2, width: slot * 0.94 };
}
