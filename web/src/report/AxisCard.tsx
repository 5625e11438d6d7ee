/** One axis: the people's marks, the machine's suggestion, and what was ticked. */

import { AXIS_NAMES, type Axis, type AxisReport, type OtherMark } from "../protocol";
import { Jump } from "../replay/Jump";
import { Inline } from "../ui/Inline";
import { Chip } from "../ui/parts";

export function AxisCard({
  axis,
  report,
  interview,
}: {
  axis: Axis;
  report: AxisReport;
  interview: string;
}) {
  const { marks, suggested, ticked, ticked_at, rubric } = report;
  const mean = marks.length > 0 ? marks.reduce((sum, one) => sum + one.score, 0) / marks.length : null;
  const differs = mean !== null && suggested?.score != null && Math.abs(mean - suggested.score) >= 1;
  return (
    <section className={`card axis ${axis}`} aria-labelledby={`axis-${axis}`}>
      <header className="row">
        <h2 id={`axis-${axis}`}>{AXIS_NAMES[axis]}</h2>
        <span className="grow" />
        {differs ? <Chip tone="warn">differs from the suggestion</Chip> : null}
      </header>
      <div className="axis-scores">
        <Score title={marks.length > 1 ? "Mean mark" : "Mark"} score={mean} />
        <Score title="Suggested" score={suggested?.score ?? null} quiet />
      </div>
      {marks.map((mark) => (
        <Mark
          key={`${mark.by} ${mark.at}`}
          mark={mark}
          title={rubric.levels[mark.score]?.title ?? ""}
          interview={interview}
        />
      ))}
      {marks.length === 0 ? (
        <p className="muted">Not marked yet. Interviewers file their marks in the room, under Rubric.</p>
      ) : null}
      <Suggestion suggested={suggested} />
      <h3>Heard in the interview</h3>
      {ticked.length > 0 ? (
        <ul className="ticked small">
          {ticked.map((finding) => (
            <li key={finding.id} className={finding.red_flag ? "flag" : ""}>
              <span aria-hidden="true">{finding.red_flag ? "⚑" : "✓"}</span>
              <span>
                {finding.red_flag ? <span className="hidden-visually">Red flag: </span> : null}
                <Inline text={finding.text} />
              </span>
              <span className="muted">
                level {finding.level} <TickTime at={ticked_at[finding.id]} interview={interview} />
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="small muted">Nothing was ticked.</p>
      )}
    </section>
  );
}

function Mark({ mark, title, interview }: { mark: OtherMark; title: string; interview: string }) {
  return (
    <div>
      <strong>
        {mark.score}: {title}
      </strong>
      <p className="reason">{mark.reason}</p>
      <p className="small muted">
        {mark.by}, <Jump interview={interview} at={mark.at} long />
        {mark.blind ? null : " · changed after the marks were shown"}
      </p>
    </div>
  );
}

function Suggestion({ suggested }: { suggested: AxisReport["suggested"] }) {
  if (suggested === null)
    return <p className="small muted">What the machine suggests is shown once you have marked both axes.</p>;
  return (
    <>
      <h3>Why the machine suggests {suggested.score ?? "nothing yet"}</h3>
      {suggested.because.length > 0 ? (
        <ul className="small">
          {suggested.because.map((because) => (
            <li key={because}>
              <Inline text={because} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="small muted">No evidence yet.</p>
      )}
    </>
  );
}

function TickTime({ at, interview }: { at: number | undefined; interview: string }) {
  return at === undefined ? null : <Jump interview={interview} at={at} />;
}

function Score({ title, score, quiet = false }: { title: string; score: number | null; quiet?: boolean }) {
  return (
    <div className={`axis-score ${quiet ? "quiet" : ""}`}>
      <span className="small muted">{title}</span>
      <b>{score === null ? "–" : Number(score.toFixed(1))}</b>
      <span className="cells" aria-hidden="true">
        {Array.from({ length: 5 }, (_, at) => (
          <i key={at} className={score !== null && at < Math.round(score) ? "on" : ""} />
        ))}
      </span>
    </div>
  );
}
