/** `/calibration`: how hard the interview is and how well it measures, for the lead of the panel. */

import { useEffect, useMemo, useState, type ReactNode } from "react";

import { ApiError, fetchCalibration } from "../api";
import { estimateInWords, percent, shareInWords, type Calibration } from "../cohort/figures";
import { ImpactSection } from "../cohort/ImpactSection";
import { AXIS_NAMES, type Axis } from "../protocol";
import type { Plot } from "../scorecard";
import { CHECK_NAMES } from "../report/status";
import { Banner, Empty, LoadFailed, Loading } from "../ui/parts";
import { PageBar } from "../ui/PageBar";
import { PlotView } from "../ui/PlotView";
import { useTitle } from "../ui/title";

export default function CalibrationPage() {
  const [loaded, setLoaded] = useState<Calibration | ApiError | null>(null);
  useEffect(() => {
    fetchCalibration().then(setLoaded, (error: unknown) => {
      if (error instanceof ApiError) setLoaded(error);
    });
  }, []);
  useTitle("Calibration");
  if (loaded === null) return <Loading what="Reading all interviews" />;
  if (loaded instanceof ApiError) return <LoadFailed error={loaded} />;
  return (
    <>
      <PageBar here="Calibration">
        <a className="button tiny" href="/api/interviews.csv" download>
          Interviews as CSV
        </a>
        <a className="button tiny" href="/what-if">
          What if
        </a>
      </PageBar>
      <main className="cohort">
        <header>
          <p className="eyebrow">Calibration</p>
          <h1>How hard is it, and does it measure?</h1>
          <p className="muted">
            From {loaded.interviews === 1 ? "1 interview that is" : `${loaded.interviews} interviews that are`}{" "}
            finished and marked. Intervals are 95 %.
          </p>
        </header>
        {loaded.synthetic > 0 ? (
          <Banner tone="warn">
            {loaded.synthetic} of them are synthetic: submissions from the test collection, marked by rule. They
            show what this page looks like and say nothing about people.
          </Banner>
        ) : null}
        {loaded.interviews === 0 ? (
          <div className="card">
            <Empty title="Nothing to calibrate yet">
              An interview counts once it is finished and both axes are marked.
            </Empty>
          </div>
        ) : (
          <Figures of={loaded} />
        )}
        <ImpactSection />
      </main>
    </>
  );
}

function Figures({ of }: { of: Calibration }) {
  const totals = useMemo(() => histogram("Totals", of.totals, "interviews"), [of]);
  const axes = useMemo(
    () => of.distributions.map((one) => histogram(AXIS_NAMES[one.axis as Axis], one.counts, "marks")),
    [of],
  );
  return (
    <>
      <Section title="Difficulty">
        <p className="muted small">
          Aimed at: {percent(of.aim)} reach {of.threshold}. p is twice the smaller exact tail for that aim, and agrees with the interval.
        </p>
        <table className="data" data-testid="difficulty">
          <thead>
            <tr>
              <th scope="col">Challenges</th>
              <th scope="col">Reach {of.threshold}</th>
              <th scope="col" className="num">
                p
              </th>
              <th scope="col">So</th>
            </tr>
          </thead>
          <tbody>
            {of.difficulty.map((one) => (
              <tr key={one.versions.join()}>
                <th scope="row">{one.versions.join(", ")}</th>
                <td>{shareInWords(one.reached)}</td>
                <td className="num">{one.p_value === null ? "" : one.p_value.toPrecision(2)}</td>
                <td>{conclusion(one.reached, of.aim)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Scores">
        <div className="plots">
          <div className="card pad">
            <PlotView plot={totals} />
          </div>
          {axes.map((plot) => (
            <div key={plot.title} className="card pad">
              <PlotView plot={plot} />
            </div>
          ))}
        </div>
      </Section>
      <Section title="Raters">
        <p className="muted small">
          Agreement: Krippendorff’s alpha on blind marks, 1 is perfect, 0 is chance. Drift: Kendall’s tau of
          marks over time, above 0 they have been rising.
        </p>
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Axis</th>
              <th scope="col">Agreement</th>
              <th scope="col">Drift</th>
            </tr>
          </thead>
          <tbody>
            {of.raters.map((one) => (
              <tr key={one.axis}>
                <th scope="row">{AXIS_NAMES[one.axis as Axis]}</th>
                <td>{estimateInWords(one.agreement)}</td>
                <td>{estimateInWords(one.drift)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Which checks discriminate">
        <p className="muted small">
          The odds of reaching {of.threshold} for those who pass a check, over the odds for those who do not.
          A check whose interval holds 1 does not tell people apart yet.
        </p>
        {of.checks.length === 0 ? (
          <p className="muted">No submission has been judged.</p>
        ) : (
          <table className="data">
            <thead>
              <tr>
                <th scope="col">Check</th>
                <th scope="col">Of those who pass it</th>
                <th scope="col">Of those who do not</th>
                <th scope="col">Odds ratio</th>
              </tr>
            </thead>
            <tbody>
              {of.checks.map(({ check, discrimination }) => (
                <tr key={check}>
                  <th scope="row">{CHECK_NAMES[check] ?? check}</th>
                  <td>{shareInWords(discrimination.passed)}</td>
                  <td>{shareInWords(discrimination.not_passed)}</td>
                  <td>{estimateInWords(discrimination.odds_ratio)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Section title="Time to the first pass">
        <p>{firstPass(of.first_pass)}</p>
      </Section>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return (
    <section className="report-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function conclusion({ low, high, n }: { low: number; high: number; n: number }, aim: number): string {
  if (low > aim) return "Easier than aimed at.";
  if (high < aim) return "Harder than aimed at.";
  return `Too few to say: ${n} interviews do not rule out ${percent(aim)}.`;
}

function firstPass({ n, low, median, high, never }: Calibration["first_pass"]): string {
  const others = never > 0 ? ` In ${never} the visible tests never all passed.` : "";
  if (median === null || low === null || high === null)
    return `Too few to say: ${n} interviews have one.${others}`;
  const minutes = (value: number) => value.toFixed(0);
  return `All visible tests passed after ${minutes(median)} minutes of the build stage in half of ${n} interviews, between ${minutes(low)} and ${minutes(high)} in the middle half.${others}`;
}

function histogram(title: string, counts: readonly number[], what: string): Plot {
  return {
    kind: "bar",
    title,
    x_label: "points",
    y_label: what,
    x_ticks: counts.map((_, points) => String(points)),
    series: [{ name: what, x: counts.map((_, points) => points), y: [...counts] }],
    lines: [],
    log_y: false,
  };
}
