/** One signal in words. It is a fact with its time, never a verdict. */

import type { ReactNode } from "react";

import type { IntegrityEvent } from "../protocol";
import { minutesAndSeconds } from "../room/watching";
import { Chip } from "./parts";

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

/** `children`: its time. */
export function Signal({ signal, children }: { signal: IntegrityEvent; children: ReactNode }) {
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
      {children}
    </li>
  );
}
