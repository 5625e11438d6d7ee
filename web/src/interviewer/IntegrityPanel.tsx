/** Signals on a line of time. None of them is a verdict. */

import type { IntegrityEvent } from "../protocol";
import { useView } from "../room/context";
import { minutesAndSeconds } from "../room/watching";
import { Chip, Empty, Time } from "../ui/parts";

const WORDS: Record<IntegrityEvent["kind"], { icon: string; say: string; tone: string }> = {
  paste: { icon: "⎘", say: "Pasted", tone: "warn" },
  big_insert: { icon: "▤", say: "Large insert", tone: "warn" },
  rhythm: { icon: "≋", say: "Typed faster than usual", tone: "warn" },
  input_method: { icon: "あ", say: "Input method", tone: "muted" },
  away: { icon: "↗", say: "Page hidden", tone: "warn" },
  back: { icon: "↙", say: "Page shown again", tone: "muted" },
  joined: { icon: "→", say: "Joined", tone: "muted" },
  left: { icon: "←", say: "Left the room", tone: "muted" },
};

const ORIGINS: Record<IntegrityEvent["origin"], string> = {
  room: "was in the room before",
  outside: "was not in the room before",
  unknown: "",
};

export function IntegrityPanel() {
  const { integrity = [], signals = true } = useView();
  return (
    <div className="column">
      <p className="small muted pad-tight">
        Signals, not verdicts. Nothing counts them: they change no suggestion and no mark. A paste may be the
        candidate's own, a hidden page may be the documentation. Ask about the code, not about the signal.
      </p>
      {signals ? null : (
        <p className="small pad-tight" role="note">
          No signals are kept for this candidate, by arrangement. That says nothing either.
        </p>
      )}
      {integrity.length === 0 ? (
        <Empty title="Nothing to see">
          Pastes, large inserts and times when the page was hidden appear here.
        </Empty>
      ) : (
        <ol className="timeline scroll fill" aria-label="Signals, newest first">
          {[...integrity].reverse().map((one, at) => (
            <Signal key={`${one.at}-${at}`} signal={one} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Signal({ signal }: { signal: IntegrityEvent }) {
  const { icon, say, tone } = WORDS[signal.kind];
  const origin = ORIGINS[signal.origin];
  return (
    <li className={signal.origin === "room" ? "muted" : tone} data-testid="signal" data-kind={signal.kind}>
      <span className="mark" aria-hidden="true">
        {icon}
      </span>
      <div className="grow">
        {say}
        {signal.lasted_ms === null ? null : (
          <span className="muted small"> after {minutesAndSeconds(signal.lasted_ms)}</span>
        )}
        {signal.detail ? <span className="muted small"> · {signal.detail}</span> : null}
        {origin ? (
          <>
            {" "}
            <Chip tone="plain">{origin}</Chip>
          </>
        ) : null}
        {signal.text ? (
          <details className="small">
            <summary>The text</summary>
            <pre className="signal-text">{signal.text}</pre>
          </details>
        ) : null}
      </div>
      <Time at={signal.at} />
    </li>
  );
}
