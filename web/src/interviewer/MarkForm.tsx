/** The human mark on one axis, with its reason; others' marks and the machine's suggestion come after it. */

import { useState } from "react";

import type { Axis, Rubric } from "../protocol";
import { useAct, useView } from "../room/context";
import { Inline } from "../ui/Inline";
import { Time } from "../ui/parts";

export function MarkForm({ axis, rubric }: { axis: Axis; rubric: Rubric }) {
  const { marks } = useView();
  const filed = marks?.[axis] ?? null;
  const act = useAct();
  const [score, setScore] = useState<number | null>(filed?.score ?? null);
  const [reason, setReason] = useState(filed?.reason ?? "");
  const changed = score !== (filed?.score ?? null) || reason !== (filed?.reason ?? "");
  const level = rubric.levels.find((one) => one.score === score);
  const file = () => {
    if (score !== null) void act("mark", { axis, score, reason: reason.trim() });
  };
  return (
    <section className="mark-form stack" aria-label="Your mark">
      <h3>Your mark</h3>
      <div className="score-choice" role="radiogroup" aria-label="Score from 0 to 5">
        {rubric.levels.map((one) => (
          <label key={one.score} title={one.title} data-testid={`mark-${axis}-${one.score}`}>
            <input
              type="radio"
              name={`mark-${axis}`}
              className="hidden-visually"
              checked={score === one.score}
              onChange={() => setScore(one.score)}
            />
            <span>{one.score}</span>
          </label>
        ))}
      </div>
      {level ? (
        <div className="level">
          <strong>{level.title}</strong>
          <ul className="small muted">
            {level.descriptors.map((descriptor) => (
              <li key={descriptor}>
                <Inline text={descriptor} />
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <p className="small muted">Pick a score to read what it stands for.</p>
      )}
      <Suggested axis={axis} />
      <label className="field">
        <span className="label">Reason</span>
        <textarea
          rows={3}
          maxLength={4000}
          value={reason}
          data-testid={`reason-${axis}`}
          placeholder="What you saw and heard that fits this level"
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <div className="row">
        <button
          type="button"
          className="button primary"
          data-testid={`file-mark-${axis}`}
          disabled={score === null || reason.trim() === "" || !changed}
          onClick={file}
        >
          {filed ? "File again" : "File mark"}
        </button>
        <span className="small muted" role="status">
          {filed ? (
            <>
              Filed: {filed.score} by {filed.by}, <Time at={filed.at} />
            </>
          ) : (
            "A mark needs a reason."
          )}
        </span>
      </div>
    </section>
  );
}

/** One more opinion, so it is read after one's own. */
function Suggested({ axis }: { axis: Axis }) {
  const { suggestions } = useView();
  if (!suggestions)
    return (
      <p className="small muted">What the evidence suggests is shown once you have marked both axes.</p>
    );
  const { score, because } = suggestions[axis];
  return (
    <details>
      <summary>
        Evidence suggests {score ?? "nothing yet"}
        {score === null ? "" : " of 5"}
      </summary>
      <ul className="small">
        {because.map((one) => (
          <li key={one}>
            <Inline text={one} />
          </li>
        ))}
      </ul>
    </details>
  );
}
