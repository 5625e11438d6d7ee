/** One axis: the human mark, the machine's suggestion, and what was ticked. */

import { AXIS_NAMES, type Axis, type AxisReport } from "../protocol";
import { Inline } from "../ui/Inline";
import { Chip, Time } from "../ui/parts";

export function AxisCard({ axis, report }: { axis: Axis; report: AxisReport }) {
  const { mark, suggested, ticked, rubric } = report;
  const level = rubric.levels.find((one) => one.score === mark?.score);
  const differs = mark !== null && suggested.score !== null && mark.score !== suggested.score;
  return (
    <section className={`card axis ${axis}`} aria-labelledby={`axis-${axis}`}>
      <header className="row">
        <h2 id={`axis-${axis}`}>{AXIS_NAMES[axis]}</h2>
        <span className="grow" />
        {differs ? <Chip tone="warn">differs from the suggestion</Chip> : null}
      </header>
      <div className="axis-scores">
        <Score title="Mark" score={mark?.score ?? null} />
        <Score title="Suggested" score={suggested.score} quiet />
      </div>
      {mark ? (
        <div>
          {level ? <strong>{level.title}</strong> : null}
          <p className="reason">{mark.reason}</p>
          <p className="small muted">
            {mark.by}, <Time at={mark.at} long />
          </p>
        </div>
      ) : (
        <p className="muted">Not marked yet. The interviewer files the mark in the room, under Rubric.</p>
      )}
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
              <span className="muted">level {finding.level}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="small muted">Nothing was ticked.</p>
      )}
    </section>
  );
}

function Score({ title, score, quiet = false }: { title: string; score: number | null; quiet?: boolean }) {
  return (
    <div className={`axis-score ${quiet ? "quiet" : ""}`}>
      <span className="small muted">{title}</span>
      <b>{score ?? "–"}</b>
      <span className="cells" aria-hidden="true">
        {Array.from({ length: 5 }, (_, at) => (
          <i key={at} className={score !== null && at < score ? "on" : ""} />
        ))}
      </span>
    </div>
  );
}
