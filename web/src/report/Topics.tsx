/** The subjects of the discussion: ticked or not, with what the judge measured about each. Never a score. */

import type { Discussed, Rubric } from "../protocol";
import { figure } from "../ui/figures";
import { Inline } from "../ui/Inline";

export function Topics({ rubric, discussed }: { rubric: Rubric; discussed: readonly Discussed[] }) {
  const known = new Map(discussed.map((one) => [one.topic, one]));
  return (
    <ul className="topics plain-list" data-testid="topics">
      {rubric.topics.map((topic) => {
        const found = known.get(topic.id);
        const ticked = (found?.ticked.length ?? 0) > 0;
        return (
          <li key={topic.id} data-topic={topic.id} data-ticked={ticked}>
            <span className="topic-mark" aria-hidden="true">
              {ticked ? "✓" : "–"}
            </span>
            <div className="grow">
              <strong>{topic.title}</strong>
              <span className="hidden-visually">{ticked ? ": ticked" : ": not ticked"}</span>
              <div className="small muted">
                <Inline text={topic.strong} />
              </div>
            </div>
            <Figures of={found?.figures ?? []} />
          </li>
        );
      })}
    </ul>
  );
}

function Figures({ of }: { of: Discussed["figures"] }) {
  if (of.length === 0) return <span className="small muted topic-figures">not measured</span>;
  return (
    <ul className="plain-list topic-figures small">
      {of.map((one) => (
        <li key={one.label}>
          <b>
            {figure(one.value)}
            {one.unit === "x" ? " ×" : null}
          </b>{" "}
          <span className="muted">{one.label}</span>
        </li>
      ))}
    </ul>
  );
}
