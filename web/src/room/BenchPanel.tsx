/** The bench: how the implementation behaves by number of drafted tokens. For looking at, not for scoring. */

import type { BenchPoint, BenchReport, BenchRow } from "../protocol";
import type { Plot } from "../scorecard";
import { figure } from "../ui/figures";
import { Banner, Empty } from "../ui/parts";
import { PlotView } from "../ui/PlotView";
import { BenchHistory } from "./BenchHistory";
import { BenchTexts } from "./BenchText";
import { useView } from "./context";
import { TokenStrips } from "./TokenStrip";

export function BenchPanel() {
  const { bench, bench_history } = useView();
  return <BenchReportView bench={bench} history={bench_history} />;
}

export function BenchReportView({
  bench,
  history = [],
}: {
  bench: BenchReport | null;
  history?: readonly BenchPoint[];
}) {
  if (!bench) {
    return (
      <Empty title="Nothing measured yet">
        The bench runs your code with growing num_speculative_tokens and shows acceptance rate, tokens per
        target call and speed-up against plain decoding, beside what a textbook sampler is expected to have.
      </Empty>
    );
  }
  return (
    <div className="scroll bench" data-testid="bench-report">
      {bench.error ? <Banner tone="bad">{bench.error}</Banner> : null}
      {bench.running ? (
        <p className="pad small muted" role="status">
          <span className="dot pulse" aria-hidden="true" /> Measuring
        </p>
      ) : null}
      <BenchHistory points={history} />
      <TokenStrips strips={bench.strips} />
      {bench.rows.length > 1 ? (
        <div className="bench-plots">
          {PLOTS.map((wanted) => (
            <PlotView key={wanted.title} plot={plotOf(bench.rows, wanted)} />
          ))}
        </div>
      ) : null}
      {bench.rows.length > 0 ? <Table rows={bench.rows} /> : null}
      <BenchTexts texts={bench.texts} missing={bench.rows.length > 0 && !bench.running && !bench.error} />
    </div>
  );
}

interface Curve {
  readonly name: string;
  readonly value: (row: BenchRow) => number | null;
}

interface Wanted {
  readonly title: string;
  readonly y_label: string;
  readonly curves: readonly Curve[];
  readonly lines: Plot["lines"];
}

const PLAIN: Plot["lines"] = [{ name: "plain decoding", y: 1 }];

const PLOTS: readonly Wanted[] = [
  {
    title: "Acceptance rate",
    y_label: "share",
    curves: [
      { name: "accepted of tested", value: (row) => row.acceptance_rate },
      { name: "accepted of drafted", value: (row) => row.draft_utilisation },
    ],
    lines: [],
  },
  {
    title: "Tokens per target call",
    y_label: "tokens",
    curves: [
      { name: "yours", value: (row) => row.tokens_per_target_call },
      { name: "textbook, expected", value: (row) => row.textbook_tokens_per_target_call },
      { name: "bound, one draft chain", value: (row) => row.bound_tokens_per_target_call },
    ],
    lines: PLAIN,
  },
  {
    title: "Speed-up",
    y_label: "times",
    curves: [
      { name: "yours", value: (row) => row.speedup },
      { name: "textbook, expected", value: (row) => row.textbook_speedup },
      { name: "yours, in a large batch", value: (row) => row.speedup_in_a_batch },
    ],
    lines: PLAIN,
  },
];

function plotOf(rows: readonly BenchRow[], wanted: Wanted): Plot {
  return {
    kind: "line",
    title: wanted.title,
    x_label: "num_speculative_tokens",
    y_label: wanted.y_label,
    x_ticks: [],
    series: wanted.curves.map((curve) => seriesOf(rows, curve)).filter((series) => series.x.length > 0),
    lines: wanted.lines,
    log_y: false,
  };
}

function seriesOf(rows: readonly BenchRow[], { name, value }: Curve): Plot["series"][number] {
  const points = rows.flatMap((row) => {
    const y = value(row);
    return y === null ? [] : [{ x: row.num_speculative_tokens, y }];
  });
  return { name, x: points.map((p) => p.x), y: points.map((p) => p.y) };
}

function known(value: number | null, unit = ""): string {
  return value === null ? "none" : figure(value) + unit;
}

function Table({ rows }: { rows: readonly BenchRow[] }) {
  return (
    <table className="data">
      <thead>
        <tr>
          <th scope="col">Drafted tokens</th>
          <th scope="col" className="num">
            Acceptance rate
          </th>
          <th scope="col" className="num">
            Tokens per target call
          </th>
          <th scope="col" className="num">
            Textbook, expected
          </th>
          <th scope="col" className="num">
            Speed-up
          </th>
          <th scope="col" className="num">
            In a large batch
          </th>
          <th scope="col" className="num">
            Target calls
          </th>
          <th scope="col" className="num">
            Draft calls
          </th>
          <th scope="col" className="num">
            New tokens
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.num_speculative_tokens}>
            <th scope="row">{row.num_speculative_tokens}</th>
            <td className="num">{known(row.acceptance_rate)}</td>
            <td className="num">{figure(row.tokens_per_target_call)}</td>
            <td className="num">{known(row.textbook_tokens_per_target_call)}</td>
            <td className="num">{figure(row.speedup)}×</td>
            <td className="num">{known(row.speedup_in_a_batch, "×")}</td>
            <td className="num">{figure(row.target_calls)}</td>
            <td className="num">{figure(row.draft_calls)}</td>
            <td className="num">{figure(row.new_tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
