/** A plot of the judge's (wire/scorecard.py), drawn with uPlot, and the same figures as a table. */

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { Plot } from "../scorecard";
import { useStore } from "../store";
import { figure } from "./figures";
import { align, barSlot, intervals, stacked, type Aligned } from "./plotData";
import { dark } from "./theme";

const SERIES = ["--accent", "--research", "--engineering", "--info", "--good", "--warn"];
const HEIGHT = 210;
const TURNED_LABELS = 86;
const MOST_POINTS_SHOWN = 30;

export function PlotView({ plot }: { plot: Plot }) {
  const box = useRef<HTMLDivElement>(null);
  const isDark = useStore(dark);
  useEffect(() => {
    const node = box.current;
    if (!node) return undefined;
    const data = drawn(plot);
    const chart = new uPlot(options(plot, data, node), [data.x, ...data.y] as uPlot.AlignedData, node);
    const resized = new ResizeObserver(() => chart.setSize({ width: node.clientWidth, height: height(plot, node.clientWidth) }));
    resized.observe(node);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [plot, isDark]);
  return (
    <figure className="plot">
      <figcaption>
        <strong>{plot.title}</strong>
        <Legend plot={plot} />
        {plot.y_label === plot.title ? null : <div className="y-name small muted">{plot.y_label}</div>}
      </figcaption>
      <div ref={box} aria-hidden="true" />
      <details>
        <summary>Show as table</summary>
        <PlotTable plot={plot} />
      </details>
    </figure>
  );
}

function Legend({ plot }: { plot: Plot }) {
  // A single line needs no name beside its title, unless a reference line makes one ask.
  const named = plot.series.length > 1 || plot.lines.length > 0 ? plot.series : [];
  return (
    <span className="legend small">
      {named.map((series, at) => (
        <span key={series.name}>
          <i style={{ background: `var(${seriesColor(at)})` }} /> {series.name}
        </span>
      ))}
      {plot.lines.map((line) => (
        <span key={line.name}>
          <i className="dashed" /> {line.name} ({figure(line.y)})
        </span>
      ))}
    </span>
  );
}

/** As drawn: of a stack the highest tops first, so that the lower ones are painted over them. */
function drawn(plot: Plot): Aligned {
  const { x, y } = align(plot);
  return plot.kind === "stack" ? { x, y: stacked(y).reverse() } : { x, y };
}

export function PlotTable({ plot }: { plot: Plot }) {
  const { x, y } = align(plot);
  return (
    <div className="scroll">
      <table className="data">
        <caption className="hidden-visually">{plot.title}</caption>
        <thead>
          <tr>
            <th scope="col">{plot.x_label}</th>
            {plot.series.map((series) => (
              <th key={series.name} scope="col" className="num">
                {series.name} ({plot.y_label})
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.map((value, row) => (
            <tr key={value}>
              <th scope="row">{plot.x_ticks[value] ?? figure(value)}</th>
              {y.map((column, at) => (
                <td key={at} className="num">
                  {column[row] == null ? "none" : figure(column[row])}
                  {intervalAt(plot.series[at], value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function intervalAt(series: Plot["series"][number] | undefined, x: number): string {
  const found = series && intervals(series).find((one) => one.x === x);
  return found ? ` (${figure(found.low)} to ${figure(found.high)})` : "";
}

function seriesColor(at: number): string {
  return SERIES[at % SERIES.length] ?? "--accent";
}

/** Canvas wants resolved colours; light-dark() is resolved by asking a real element. */
function resolve(node: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  node.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function options(plot: Plot, data: Aligned, node: HTMLElement): uPlot.Options {
  const ink = resolve(node, "--muted");
  const grid = { stroke: resolve(node, "--line"), width: 1 };
  const bars = plot.kind !== "line";
  const axis = {
    stroke: ink,
    grid,
    ticks: grid,
    font: "11px system-ui",
    labelFont: "12px system-ui",
    labelSize: 20,
  };
  return {
    width: node.clientWidth || 480,
    height: height(plot, node.clientWidth),
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, ...(bars ? { range: [-0.6, Math.max(0, ...data.x) + 0.6] } : {}) },
      y: { distr: plot.log_y ? 3 : 1, range: (_chart, low, high) => yRange(plot, low, high) },
    },
    axes: [
      {
        ...axis,
        size: 30,
        ...(crowded(plot, node.clientWidth) ? { rotate: -30, size: 30 + TURNED_LABELS } : {}),
        label: plot.x_label,
        ...(bars || plot.x_ticks.length ? { splits: () => data.x, grid: { show: false } } : {}),
        ...(data.x.every(Number.isInteger) ? { incrs: WHOLE_STEPS } : {}),
        values: (_chart, splits) => splits.map((value) => plot.x_ticks[value] ?? figure(value)),
      },
      {
        ...axis,
        size: 58,
        values: (_chart, splits) => splits.map((v) => (v == null ? "" : figure(v))),
        ...(plot.log_y ? { grid: { ...grid, filter: decades }, ticks: { ...grid, filter: decades } } : {}),
      },
    ],
    series: [
      {},
      ...inDrawnOrder(plot).map((series) => {
        const at = plot.series.indexOf(series);
        const stroke = resolve(node, seriesColor(at));
        return {
          label: series.name,
          stroke,
          width: 2,
          spanGaps: true,
          points: { show: !bars && data.x.length <= MOST_POINTS_SHOWN, size: 6, fill: stroke },
          ...(bars ? { fill: stroke, paths: barPaths(at, plot.kind === "stack" ? 1 : plot.series.length, data.x) } : {}),
        };
      }),
    ],
    hooks: {
      draw: [
        (chart) => drawLines(chart, plot, resolve(node, "--bad")),
        (chart) => drawIntervals(chart, plot, (at) => resolve(node, seriesColor(at))),
      ],
    },
  };
}

function inDrawnOrder(plot: Plot): Plot["series"] {
  return plot.kind === "stack" ? [...plot.series].reverse() : plot.series;
}

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6];

/** On a logarithmic axis only powers of ten get a line. */
function decades(_chart: uPlot, splits: number[]): (number | null)[] {
  return splits.map((value) => (Number.isInteger(Number(Math.log10(value).toFixed(6))) ? value : null));
}

/** Whether named ticks would run into each other, at about 6.5 pixels a letter. */
function crowded(plot: Plot, width: number): boolean {
  return plot.x_ticks.join("  ").length * 6.5 > width - 80;
}

function height(plot: Plot, width: number): number {
  return HEIGHT + (crowded(plot, width) ? TURNED_LABELS : 0);
}

/** Bars of several series side by side: each gets its share of the room between two x. */
function barPaths(at: number, of: number, x: readonly number[]): uPlot.Series.PathBuilder {
  const builder = uPlot.paths.bars;
  if (!builder) throw new Error("uPlot was built without bars");
  if (of === 1) return builder({ size: [0.7, 46] });
  const { left, width } = barSlot(at, of, x);
  return builder({
    disp: {
      x0: { unit: SCALE_VALUE, values: () => x.map((value) => value + left) },
      size: { unit: SCALE_VALUE, values: () => x.map(() => width) },
    },
  });
}

/** uPlot's BarsPathBuilderFacetUnit.ScaleValue, an ambient const enum that a bundler cannot read. */
const SCALE_VALUE = 1 as uPlot.Series.BarsPathBuilderFacetUnit;

/** Reference lines and, for bars, zero are always in the picture. */
function yRange(plot: Plot, low: number, high: number): [number, number] {
  const ends = plot.series.flatMap((series) => intervals(series).flatMap((one) => [one.low, one.high]));
  const all = [low, high, ...ends, ...plot.lines.map((line) => line.y)].filter(
    (y) => Number.isFinite(y) && (!plot.log_y || y > 0),
  );
  const top = Math.max(...all, plot.log_y ? 1e-12 : 0);
  if (plot.log_y) return [Math.min(...all, top) / 1.6, top * 1.6];
  const bottom = Math.min(...all, 0);
  const room = (top - bottom || 1) * 0.08;
  return [bottom < 0 ? bottom - room : 0, top + room];
}

function drawLines(chart: uPlot, plot: Plot, stroke: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const line of plot.lines) {
    const y = chart.valToPos(line.y, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

const CAP = 3;

/** A line from low to high through each point, with a cap at either end. Of lines only; bars would need a place each. */
function drawIntervals(chart: uPlot, plot: Plot, colour: (series: number) => string): void {
  const { ctx } = chart;
  const cap = CAP * devicePixelRatio;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  plot.series.forEach((series, at) => {
    ctx.strokeStyle = colour(at);
    for (const one of intervals(series)) {
      const x = chart.valToPos(one.x, "x", true);
      const [low, high] = [chart.valToPos(one.low, "y", true), chart.valToPos(one.high, "y", true)];
      ctx.beginPath();
      ctx.moveTo(x, low);
      ctx.lineTo(x, high);
      for (const end of [low, high]) {
        ctx.moveTo(x - cap, end);
        ctx.lineTo(x + cap, end);
      }
      ctx.stroke();
    }
  });
  ctx.restore();
}
