/** The two pictures of the what-if page, as data for a PlotView. Pure. */

import type { Plot } from "../scorecard";
import type { Curve, Pressure } from "./measured";
import { MOST_DRAFTS, speedup, type Setting } from "./model";

/** What was measured in an interview: the speed-up at a number of draft tokens. */
export interface Measured {
  readonly gamma: number;
  readonly speedup: number;
}

const EMPTY = { x_ticks: [], log_y: false } as const;
const PLAIN = { name: "plain decoding", y: 1 };

export function overDrafts(setting: Setting, measured: readonly Measured[]): Plot {
  const x = Array.from({ length: MOST_DRAFTS + 1 }, (_, gamma) => gamma);
  const series = [{ name: "expected", x, y: x.map((gamma) => speedup({ ...setting, gamma })) }];
  if (measured.length > 0)
    series.push({
      name: "measured in this interview",
      x: measured.map((one) => one.gamma),
      y: measured.map((one) => one.speedup),
    });
  return {
    ...EMPTY,
    x_ticks: [],
    kind: "line",
    title: "Speed-up by the number of draft tokens",
    x_label: "draft tokens a round",
    y_label: "times plain decoding",
    series,
    lines: [PLAIN],
  };
}

const BATCHES = Array.from({ length: 11 }, (_, power) => 2 ** power);

/** The model's curve and, where there is one, a curve to hold against it. */
export function overBatch(setting: Setting, found: Pressure | null, curve: Curve | null): Plot {
  const series = [
    {
      name: `expected, ${setting.gamma} draft tokens`,
      x: BATCHES.map((_, at) => at),
      y: BATCHES.map((batch) => speedup({ ...setting, batch })),
    },
  ];
  if (found && curve)
    series.push({
      name: `${found.kind === "measured" ? "measured" : "at listed prices"}, ${curve.gamma} draft tokens`,
      x: found.batches.map(Math.log2),
      y: curve.speedup,
    });
  return {
    ...EMPTY,
    kind: "line",
    title: "Speed-up by the size of the batch",
    x_label: "sequences in the batch",
    y_label: "times plain decoding",
    x_ticks: BATCHES.map(String),
    series,
    lines: [PLAIN],
  };
}
