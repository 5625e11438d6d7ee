/** The total against the threshold, and what is missing for one. */

import { AXES, AXIS_NAMES, type Report } from "../protocol";
import { Chip, Time } from "../ui/parts";

export function Head({ report }: { report: Report }) {
  const { interview, total, progress, progress_threshold } = report;
  const missing = AXES.filter((axis) => report.axes[axis].mark === null);
  return (
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
          <b>{total ?? "–"}</b>
          <span className="muted">of 10</span>
        </div>
        <TotalCells report={report} />
        <p className="small">
          {total === null ? (
            <Chip tone="warn">
              open: {missing.map((axis) => `${AXIS_NAMES[axis]} is not marked`).join("; ")}
            </Chip>
          ) : progress ? (
            <Chip tone="good">✓ reaches {progress_threshold}: recommended to go on</Chip>
          ) : (
            <Chip tone="bad">✕ below {progress_threshold}: not recommended to go on</Chip>
          )}
        </p>
        <p className="small muted">A recommendation. The marks are people's, and people decide.</p>
      </div>
    </header>
  );
}

function TotalCells({ report }: { report: Report }) {
  const engineering = report.axes.engineering.mark?.score ?? 0;
  const research = report.axes.research.mark?.score ?? 0;
  return (
    <div className="total-cells" aria-hidden="true">
      {Array.from({ length: 10 }, (_, at) => (
        <i
          key={at}
          className={[
            at < engineering ? "engineering" : at < engineering + research ? "research" : "",
            at + 1 === report.progress_threshold ? "threshold" : "",
          ].join(" ")}
        />
      ))}
    </div>
  );
}
