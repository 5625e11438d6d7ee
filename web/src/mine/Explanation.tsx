/** Why it was decided so: marks against the scale that was written down in advance, and what was measured. */

import { AXES, AXIS_NAMES } from "../protocol";
import { CHECK_NAMES, StatusChip } from "../report/status";
import { Inline } from "../ui/Inline";
import { Time } from "../ui/parts";
import type { Mine, MyDecision } from "./shape";
import { standing } from "./words";

export function Explanation({ mine }: { mine: Mine }) {
  const { decision } = mine;
  return (
    <section className="card pad stack" aria-labelledby="why" data-testid="my-decision">
      <h2 id="why">The decision</h2>
      <p>
        <strong>{standing(mine)}</strong>
      </p>
      {decision ? (
        <>
          <p className="reason">{decision.reason}</p>
          <p className="small muted">
            {decision.name}, <Time at={decision.at} long />
            {decision.total === null ? null : ` · ${Number(decision.total.toFixed(1))} of 10`}
          </p>
          <Marks decision={decision} />
          <Measured decision={decision} />
          <p>
            <a
              href={`/api/rooms/${encodeURIComponent(mine.id)}/mine/explanation.html`}
              target="_blank"
              rel="noreferrer"
            >
              All of it on one page, with your code
            </a>
          </p>
        </>
      ) : null}
    </section>
  );
}

function Marks({ decision }: { decision: MyDecision }) {
  return AXES.map((axis) => (
    <div key={axis}>
      <h3>{AXIS_NAMES[axis]}</h3>
      {decision.marks
        .filter((mark) => mark.axis === axis)
        .map((mark, at) => (
          <div key={at}>
            <strong>
              {mark.score} of 5: {mark.level}
            </strong>
            <p className="reason">{mark.reason}</p>
          </div>
        ))}
    </div>
  ));
}

function Measured({ decision }: { decision: MyDecision }) {
  if (decision.verdicts.length === 0) return <p className="muted">Your code was not judged.</p>;
  return (
    <>
      <h3>Measured of your code</h3>
      <ul className="measured">
        {decision.verdicts.map((verdict) => (
          <li key={verdict.check}>
            <StatusChip status={verdict.status} />
            <div>
              <strong>{CHECK_NAMES[verdict.check] ?? verdict.check}</strong>
              <div className="small muted">
                <Inline text={verdict.summary} />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
