/** The line of time: how much was typed when, marks in their lanes, idle gaps, and a hand to move. */

import { useMemo, useRef, type PointerEvent } from "react";

import { STAGE_NAMES } from "../stages";
import { activity, outline } from "./activity";
import { clockTime, spokenTime } from "./address";
import { LANES, LANE_NAMES, pins, type Pin } from "./markers";
import { stageAt } from "./moment";
import type { Player } from "./player";
import { Scale } from "./scale";
import { usePlayer } from "./usePlayer";

const PARTS = 200;

export function Timeline({ player }: { player: Player }) {
  const { skipIdle } = usePlayer(player);
  const { recording, gaps } = player;
  const scale = useMemo(() => new Scale(recording.length_ms, skipIdle ? gaps : []), [recording, gaps, skipIdle]);
  return (
    <div className="timeline-box">
      <LaneNames />
      <Line player={player} scale={scale} />
    </div>
  );
}

function LaneNames() {
  return (
    <div className="lane-names small muted" aria-hidden="true">
      <span className="activity-name">Typing</span>
      {LANES.map((lane) => (
        <span key={lane}>{LANE_NAMES[lane]}</span>
      ))}
    </div>
  );
}

function Line({ player, scale }: { player: Player; scale: Scale }) {
  const box = useRef<HTMLDivElement>(null);
  const { recording } = player;
  const { ms } = usePlayer(player);
  const seek = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    if (rect) player.seek(scale.time((event.clientX - rect.left) / rect.width));
  };
  return (
    <div
      className="line"
      ref={box}
      role="slider"
      tabIndex={0}
      data-testid="scrubber"
      aria-label="Moment of the interview"
      aria-valuemin={0}
      aria-valuemax={Math.round(recording.length_ms / 1000)}
      aria-valuenow={Math.round(ms / 1000)}
      aria-valuetext={`${spokenTime(ms)}, ${STAGE_NAMES[stageAt(recording, ms)]}`}
      onPointerDown={(event) => {
        if ((event.target as HTMLElement).closest(".pin")) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
    >
      <Drawing player={player} scale={scale} />
      <div className="hand" style={{ left: `${scale.place(ms) * 100}%` }} aria-hidden="true" />
    </div>
  );
}

/** All that does not move with the hand. */
function Drawing({ player, scale }: { player: Player; scale: Scale }) {
  const { recording, gaps } = player;
  const { skipIdle } = usePlayer(player);
  return useMemo(() => {
    const shape = outline(activity(recording, scale, PARTS));
    const marks = pins(recording.moments, scale);
    return (
      <>
        {gaps.map((gap) => (
          <i
            key={gap.from}
            className="gap"
            title={`${clockTime(gap.to - gap.from)} idle${skipIdle ? ", skipped" : ""}`}
            style={{
              left: `${scale.place(gap.from) * 100}%`,
              width: `${(scale.place(gap.to) - scale.place(gap.from)) * 100}%`,
            }}
          />
        ))}
        <svg
          className="activity"
          viewBox={`0 0 ${PARTS} 1`}
          preserveAspectRatio="none"
          role="img"
          aria-label="How much the candidate typed over the interview"
        >
          <path d={shape} />
        </svg>
        {LANES.map((lane) => (
          <div className="lane" key={lane} aria-hidden="true">
            {marks
              .filter((pin) => pin.kind.lane === lane)
              .map((pin) => (
                <PinButton key={`${pin.kind.say}-${pin.moments[0]?.seq}`} pin={pin} player={player} />
              ))}
          </div>
        ))}
      </>
    );
  }, [recording, gaps, scale, skipIdle, player]);
}

/** For the mouse; the list beside the player and the keys [ and ] do the same for everybody. */
function PinButton({ pin, player }: { pin: Pin; player: Player }) {
  const first = pin.moments[0];
  if (!first) return null;
  const more = pin.moments.length > 1 ? `, and ${pin.moments.length - 1} more` : "";
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`pin ${pin.kind.tone}`}
      data-testid={`pin-${first.marker}`}
      style={{ left: `${pin.place * 100}%` }}
      title={`${clockTime(first.ms)} ${pin.kind.say}: ${first.text}${more}`}
      onClick={() => {
        player.pause();
        player.seek(first.ms);
      }}
    >
      {pin.kind.glyph}
    </button>
  );
}
