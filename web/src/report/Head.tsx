/** The total against the threshold, what is missing for one, and the decision. */

import { AXES, type Report } from "../protocol";
import { Banner, Chip, Time } from "../ui/parts";
import { DecisionForm } from "./DecisionForm";

export function Head({ report, onDecided }: { report: Report; onDecided: () => void }) {
  const { interview, panel } = report;
  return (
    <>
      <header className="report-head">
        <div className="grow">
          <p className="eyebrow">Interview report</p>
          <h1>{interview.candidate_name}</h1>
          <p className="muted">
            with {interview.interviewer_name}, <Time at={interview.created_at} long />
          </p>
        </div>
        <div className="total" data-testid="report-total">
          <div className="total-figure">
            <b>{panel.total ? Number(panel.total.value.toFixed(1)) : "–"}</b>
            <span className="muted">of 10</span>
          </div>
          <TotalCells report={report} />
          <Recommendation report={report} />
        </div>
      </header>
      {interview.synthetic ? (
        <Banner tone="warn">
          A synthetic interview, made up to show this page: the verdict is the judge’s own on a file of the test
          collection, all else follows rules. It says nothing about a person.
        </Banner>
      ) : null}
      {panel.asks.map((ask) => (
        <Banner key={ask} tone="warn">
          {ask} Invite somebody to the panel; they mark without seeing these.
        </Banner>
      ))}
      {panel.decision ? (
        <section className="card pad decision" aria-label="Decision" data-testid="decision">
          <h2>Decision: {panel.decision.outcome}</h2>
          <p className="reason">{panel.decision.reason}</p>
          <p className="small muted">
            {panel.decision.name}, <Time at={panel.decision.at} long />
          </p>
        </section>
      ) : panel.total && panel.asks.length === 0 && interview.stage === "finished" ? (
        <DecisionForm interview={interview.id} onDecided={onDecided} />
      ) : null}
    </>
  );
}

function Recommendation({ report: { panel, progress_threshold } }: { report: Report }) {
  const { total, waiting_for } = panel;
  if (total === null)
    return (
      <p className="small">
        <Chip tone="warn">
          {waiting_for.length > 0 ? `open: marks of ${waiting_for.join(", ")}` : "open: your marks come first"}
        </Chip>
      </p>
    );
  return (
    <>
      <p className="small">
        {total.progresses ? (
          <Chip tone="good">✓ reaches {progress_threshold}: recommended to go on</Chip>
        ) : (
          <Chip tone="bad">✕ below {progress_threshold}: not recommended to go on</Chip>
        )}
      </p>
      <p className="small muted">
        {total.low.toFixed(1)} to {total.high.toFixed(1)} at one standard error, half a point a mark. A
        recommendation: people decide.
      </p>
    </>
  );
}

function TotalCells({ report }: { report: Report }) {
  const mean = (axis: (typeof AXES)[number]) => {
    const scores = report.axes[axis].marks.map((one) => one.score);
    return scores.length > 0 ? scores.reduce((sum, one) => sum + one, 0) / scores.length : 0;
  };
  const engineering = mean("engineering");
  const both = engineering + mean("research");
  return (
    <div className="total-cells" aria-hidden="true">
      {Array.from({ length: 10 }, (_, at) => (
        <i
          key={at}
          className={[
            at + 0.5 < engineering ? "engineering" : at + 0.5 < both ? "research" : "",
            at + 1 === report.progress_threshold ? "threshold" : "",
          ].join(" ")}
        />
      ))}
    </div>
  );
}
