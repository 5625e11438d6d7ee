/** Signals on a line of time. None of them is a verdict. */

import type { IntegrityEvent } from "../protocol";
import { useView } from "../room/context";
import { Empty, Time } from "../ui/parts";

const WORDS: Record<IntegrityEvent["kind"], { icon: string; say: string; tone: string }> = {
  paste: { icon: "⎘", say: "Pasted", tone: "warn" },
  big_insert: { icon: "▤", say: "Large insert", tone: "warn" },
  away: { icon: "↗", say: "Left the page", tone: "warn" },
  back: { icon: "↙", say: "Came back", tone: "muted" },
  joined: { icon: "→", say: "Joined", tone: "muted" },
  left: { icon: "←", say: "Left the room", tone: "muted" },
};

export function IntegrityPanel() {
  const { integrity = [] } = useView();
  return (
    <div className="column">
      <p className="small muted pad-tight">
        Signals, not verdicts: a paste may come from the candidate's own file, and assistive tools move the
        focus. Ask before you conclude.
      </p>
      {integrity.length === 0 ? (
        <Empty title="Nothing to see">
          Pastes, large inserts and leaving the page appear here with their time.
        </Empty>
      ) : (
        <ol className="timeline scroll fill">
          {[...integrity].reverse().map((one, at) => (
            <li key={`${one.at}-${at}`} className={WORDS[one.kind].tone}>
              <span className="mark" aria-hidden="true">
                {WORDS[one.kind].icon}
              </span>
              <div className="grow">
                {WORDS[one.kind].say}
                {one.detail ? <span className="muted small"> · {one.detail}</span> : null}
              </div>
              <Time at={one.at} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
