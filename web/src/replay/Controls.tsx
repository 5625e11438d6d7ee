/** Play, steps, speed, and where we are. */

import { useState } from "react";

import type { Recording } from "../recording";
import { formatRemaining } from "../room/clock";
import { STAGE_NAMES } from "../stages";
import { Time } from "../ui/parts";
import { clockTime, fragment } from "./address";
import { clockLeft, presentAt, stageAt } from "./moment";
import { SPEEDS, type Player } from "./player";
import { toMarker, usePlayer } from "./usePlayer";

export function Controls({ player }: { player: Player }) {
  const { playing, speed, skipIdle } = usePlayer(player);
  return (
    <div className="row wrap controls">
      <button
        type="button"
        className="button primary play"
        data-testid="play"
        aria-label={playing ? "Pause" : "Play"}
        onClick={() => player.toggle()}
      >
        <PlayIcon playing={playing} />
      </button>
      <button type="button" className="button tiny" title="Previous mark: [" onClick={() => toMarker(player, -1)}>
        ‹ mark
      </button>
      <button type="button" className="button tiny" title="Next mark: ]" onClick={() => toMarker(player, 1)}>
        mark ›
      </button>
      <Position player={player} />
      <span className="grow" />
      <Skipped player={player} />
      <label className="row small">
        <input
          type="checkbox"
          data-testid="skip-idle"
          checked={skipIdle}
          onChange={(event) => player.setSkipIdle(event.target.checked)}
        />
        Skip idle time
      </label>
      <div className="row speeds" role="group" aria-label="Speed">
        {SPEEDS.map((one) => (
          <button
            key={one}
            type="button"
            className="button tiny"
            aria-pressed={one === speed}
            data-testid={`speed-${one}`}
            onClick={() => player.setSpeed(one)}
          >
            {one}×
          </button>
        ))}
      </div>
      <CopyLink player={player} />
      <Keys />
    </div>
  );
}

function PlayIcon({ playing }: { playing: boolean }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <path d={playing ? "M2 1h3.5v12H2zM8.5 1H12v12H8.5z" : "M2.5 1 12.5 7 2.5 13z"} fill="currentColor" />
    </svg>
  );
}

function Position({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const { recording } = player;
  const clock = clockLeft(recording, ms);
  const there = presentAt(recording, ms);
  return (
    <div className="row position">
      <span className="mono" data-testid="position">
        {clockTime(ms)} <span className="muted">/ {clockTime(recording.length_ms)}</span>
      </span>
      <Time at={recording.starts_at + ms} />
      <span className="chip accent" data-testid="replay-stage">
        {STAGE_NAMES[stageAt(recording, ms)]}
      </span>
      {clock ? (
        <span className="small muted">
          {formatRemaining(clock.left)} {clock.running ? (clock.left < 0 ? "over" : "left") : "left, paused"}
        </span>
      ) : null}
      {guests(recording).map((person) => (
        <Presence key={person} name={recording.people[person]?.name ?? ""} there={there.has(person)} />
      ))}
    </div>
  );
}

/** Everybody who was in the room at some time, in the order in which they came. */
const guests = ({ present }: Recording): number[] => [...new Set(present.map(([, person]) => person))];

function Presence({ name, there }: { name: string; there: boolean }) {
  return (
    <span className={`small presence ${there ? "" : "muted"}`}>
      <i className={there ? "dot" : "dot hollow"} aria-hidden="true" /> {name}
      <span className="hidden-visually">{there ? " is in the room" : " is not in the room"}</span>
    </span>
  );
}

function Skipped({ player }: { player: Player }) {
  const { skipped } = usePlayer(player);
  return (
    <span className="small muted" role="status" data-testid="skipped">
      {skipped > 0 ? `Skipped ${clockTime(skipped)} of idle time` : ""}
    </span>
  );
}

function CopyLink({ player }: { player: Player }) {
  const [said, setSaid] = useState("Copy link");
  const copy = () => {
    const { ms } = player.state.get();
    const link = location.href.replace(/#.*/, "") + fragment(player.recording.starts_at + ms);
    navigator.clipboard?.writeText(link).then(
      () => setSaid("Copied"),
      () => setSaid("See the address bar"),
    ) ?? setSaid("See the address bar");
    setTimeout(() => setSaid("Copy link"), 2_000);
  };
  return (
    <button type="button" className="button tiny" title="A link to this moment" onClick={copy}>
      {said}
    </button>
  );
}

function Keys() {
  return (
    <details className="keys">
      <summary>Keys</summary>
      <dl className="small">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["Space"], "play, pause"],
  [["←", "→"], "5 seconds; with Shift 30"],
  [["[", "]"], "previous, next mark"],
  [[",", "."], "one change of the text"],
  [["−", "+"], "slower, faster"],
  [["Home", "End"], "start, end"],
];
