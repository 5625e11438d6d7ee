/** The bench, run after run: is it getting better? The best row of each run stands for it. */

import { useState } from "react";

import type { BenchPoint } from "../protocol";
import { figure } from "../ui/figures";
import { Time } from "../ui/parts";
import { bestOf, EDGE, HEIGHT, heightOf, spots, topOf, WIDTH } from "./benchLines";

interface Line {
  readonly name: string;
  readonly unit: string;
  readonly of: (point: BenchPoint) => number | null;
  /** Drawn as a reference, where the plain loop stands. */
  readonly plain: number | null;
}

const LINES: readonly Line[] = [
  { name: "Speed-up", unit: "×", of: (point) => point.speedup, plain: 1 },
  { name: "Tokens per target call", unit: "", of: (point) => point.tokens_per_target_call, plain: 1 },
  { name: "Acceptance rate", unit: "", of: (point) => point.acceptance_rate, plain: null },
];

export function BenchHistory({ points }: { points: readonly BenchPoint[] }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const last = points.length - 1;
  const best = bestOf(points);
  const shown = pointed ?? last;
  const point = points[shown];
  if (!point || points.length < 2) return null;
  return (
    <section className="bench-history" aria-label="Bench, run after run" data-testid="bench-history">
      <header className="row wrap">
        <strong>Run after run</strong>
        <span className="small muted">the fastest row of each</span>
      </header>
      <div className="history-lines" onMouseLeave={() => setPointed(null)}>
        {LINES.map((line) => (
          <HistoryLine key={line.name} line={line} points={points} shown={shown} best={best} onPoint={setPointed} />
        ))}
      </div>
      <p className="small" aria-live="polite">
        <strong>Run {point.run}</strong>
        {shown === last ? " (now)" : ""}
        {shown === best ? " (best)" : ""}, <Time at={point.at} />: {describe(point)}
      </p>
      <details>
        <summary>Show as table</summary>
        <HistoryTable points={points} best={best} />
      </details>
    </section>
  );
}

function describe(point: BenchPoint): string {
  const accepted = point.acceptance_rate === null ? "nothing drafted" : `acceptance ${figure(point.acceptance_rate)}`;
  return `${figure(point.speedup)}× with ${point.num_speculative_tokens} drafted, ${figure(point.tokens_per_target_call)} tokens per target call, ${accepted}`;
}

function HistoryLine(props: {
  line: Line;
  points: readonly BenchPoint[];
  shown: number;
  best: number;
  onPoint(at: number): void;
}) {
  const { line, points, shown, best } = props;
  const values = points.map(line.of);
  const places = spots(values, line.plain);
  const top = topOf(values, line.plain);
  const value = values[shown] ?? null;
  return (
    <figure className="history-line">
      <figcaption className="row">
        <span className="small muted">{line.name}</span>
        <span className="grow" />
        <span className="mono">{value === null ? "none" : figure(value) + line.unit}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {line.plain === null ? null : (
          <line className="plain" x1={0} x2={WIDTH} y1={heightOf(line.plain, top)} y2={heightOf(line.plain, top)} />
        )}
        <polyline points={places.flatMap((spot) => (spot ? [`${spot.x},${spot.y}`] : [])).join(" ")} />
        {places.map((spot, at) =>
          spot ? (
            <circle
              key={at}
              className={`${at === shown ? "shown" : ""} ${at === best ? "best" : ""}`}
              cx={spot.x}
              cy={spot.y}
              r={at === shown || at === best ? 5.5 : 3.5}
            />
          ) : null,
        )}
        {points.map((point, at) => (
          <rect
            key={point.run}
            x={EDGE + ((at - 0.5) * (WIDTH - 2 * EDGE)) / Math.max(1, points.length - 1)}
            width={(WIDTH - 2 * EDGE) / Math.max(1, points.length - 1)}
            height={HEIGHT}
            fill="transparent"
            onMouseEnter={() => props.onPoint(at)}
          />
        ))}
      </svg>
    </figure>
  );
}

function HistoryTable({ points, best }: { points: readonly BenchPoint[]; best: number }) {
  return (
    <table className="data">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">When</th>
          {["Drafted tokens", "Acceptance rate", "Tokens per target call", "Speed-up"].map((name) => (
            <th key={name} scope="col" className="num">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map((point, at) => (
          <tr key={point.run}>
            <th scope="row">
              {point.run}
              {at === best ? " (best)" : ""}
            </th>
            <td>
              <Time at={point.at} />
            </td>
            <td className="num">{point.num_speculative_tokens}</td>
            <td className="num">{point.acceptance_rate === null ? "none" : figure(point.acceptance_rate)}</td>
            <td className="num">{figure(point.tokens_per_target_call)}</td>
            <td className="num">{figure(point.speedup)}×</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
