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
