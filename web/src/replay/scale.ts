/** Time on the line: idle stretches can be left out, and are then drawn as short gaps. Pure. */

import type { Recording } from "../recording";

export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Without anything happening for longer than this, a stretch counts as idle. */
export const IDLE_MS = 10_000;
/** What is left of an idle stretch at both ends, so that one sees that nothing happens. */
export const EDGE_MS = 1_000;
/** How wide a gap is drawn, as a share of all that is not idle. */
const GAP_SHARE = 0.012;

/** Stretches in which nothing was typed, moved, shown or done. */
export function idleGaps(recording: Recording): Gap[] {
  const times = [
    0,
    ...recording.splices.map(([ms]) => ms),
    ...recording.cursors.map(([ms]) => ms),
    ...recording.outputs.map(([ms]) => ms),
    ...recording.cases.map(([ms]) => ms),
    ...recording.rows.map(([ms]) => ms),
    ...recording.terminal.map(([ms]) => ms),
    ...recording.moments.map(({ ms }) => ms),
    recording.length_ms,
  ].sort((a, b) => a - b);
  const gaps: Gap[] = [];
  for (let at = 1; at < times.length; at++) {
    const [before, after] = [times[at - 1] as number, times[at] as number];
    if (after - before > IDLE_MS) gaps.push({ from: before + EDGE_MS, to: after - EDGE_MS });
  }
  return gaps;
}

/** The gap that `ms` lies in, its end not included. */
export function gapAt(gaps: readonly Gap[], ms: number): Gap | undefined {
  return gaps.find((gap) => gap.from <= ms && ms < gap.to);
}

/** From times to places on the line, 0 to 1, and back. */
export class Scale {
  private readonly knots: readonly (readonly [ms: number, width: number])[];
  private readonly width: number;

  /** `gaps`: what is drawn short; none for a line that is true to time. */
  constructor(
    private readonly length: number,
    gaps: readonly Gap[],
  ) {
    const idle = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
    const short = Math.max(1, (length - idle) * GAP_SHARE);
    const knots: [number, number][] = [[0, 0]];
    let ms = 0;
    let width = 0;
    for (const gap of gaps) {
      width += gap.from - ms;
      knots.push([gap.from, width]);
      width += Math.min(short, gap.to - gap.from);
      knots.push([gap.to, width]);
      ms = gap.to;
    }
    width += length - ms;
    knots.push([length, width]);
    this.knots = knots;
    this.width = Math.max(1, width);
  }

  place(ms: number): number {
    return this.along(Math.min(this.length, Math.max(0, ms)), 0, 1) / this.width;
  }

  time(place: number): number {
    return Math.round(this.along(Math.min(1, Math.max(0, place)) * this.width, 1, 0));
  }

  private along(value: number, from: 0 | 1, to: 0 | 1): number {
    const { knots } = this;
    let at = 1;
    while (at < knots.length - 1 && (knots[at]?.[from] ?? 0) < value) at++;
    const [before, after] = [knots[at - 1], knots[at]];
    if (!before || !after) return 0;
    const span = after[from] - before[from];
    return span === 0 ? after[to] : before[to] + ((value - before[from]) / span) * (after[to] - before[to]);
  }
}
