/** What was contested and what a person answered; the same for both sides. */

import { Chip, Time } from "../ui/parts";
import type { Contest } from "./shape";

export function Thread({ contests, by }: { contests: readonly Contest[]; by: string }) {
  return contests.map((one) => (
    <article key={one.at} className="stack" data-testid="contest">
      <blockquote className="said">
        <p className="reason">{one.text}</p>
        <footer className="small muted">
          {by}, <Time at={one.at} long />
        </footer>
      </blockquote>
      {one.answer ? (
        <blockquote className="said answer">
          <p className="reason">{one.answer.text}</p>
          <footer className="small muted">
            {one.answer.name}, <Time at={one.answer.at} long />
          </footer>
        </blockquote>
      ) : (
        <p>
          <Chip tone="warn">waits for an answer</Chip>
        </p>
      )}
    </article>
  ));
}
