/** Minutes during which nobody watches: asked for, granted, ended; the same words on both sides. */

import { useState } from "react";

import { Banner } from "../ui/parts";
import { serverNow } from "./clock";
import { useAct, useNow, useView } from "./context";
import { minutesAndSeconds } from "./watching";

const CHOICES = [5, 10, 15, 20] as const;

/** Milliseconds until the block ends; null when there is none. */
export function useFocusLeft(): number | null {
  const view = useView();
  const { until } = view.focus;
  const now = useNow(until !== null);
  return until === null ? null : Math.max(0, until - serverNow(view, now));
}

function Minutes({ value, onChange }: { value: number; onChange(minutes: number): void }) {
  return (
    <select
      aria-label="Minutes of focus"
      className="small"
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {CHOICES.map((minutes) => (
        <option key={minutes} value={minutes}>
          {minutes} min
        </option>
      ))}
    </select>
  );
}

/** In the candidate's bar, while there is no block. */
export function AskFocus() {
  const { focus, stage, submission } = useView();
  const act = useAct();
  const [minutes, setMinutes] = useState(10);
  if ((stage !== "filter" && stage !== "probe") || submission || focus.until !== null) return null;
  if (focus.asked !== null)
    return (
      <button
        type="button"
        className="button quiet tiny"
        title="Take the wish back"
        onClick={() => void act("end_focus_block", {})}
      >
        Asked for {focus.asked} min of focus
      </button>
    );
  return (
    <span className="row">
      <Minutes value={minutes} onChange={setMinutes} />
      <button
        type="button"
        className="button tiny"
        data-testid="ask-focus"
        title="Ask for some minutes during which nobody watches. The recording goes on."
        onClick={() => void act("ask_focus_block", { minutes })}
      >
        Ask for focus
      </button>
    </span>
  );
}

/** Below the bar of everybody, during a block. */
export function FocusBanner() {
  const { role, interview } = useView();
  const act = useAct();
  const left = useFocusLeft();
  if (left === null) return null;
  return (
    <div data-testid="focus-banner">
      <Banner
        tone="info"
        action={
          role === "watcher" ? null : (
            <button
              type="button"
              className="button tiny"
              data-testid="end-focus"
              onClick={() => void act("end_focus_block", {})}
            >
              End it now
            </button>
          )
        }
      >
        <span>
          {role === "candidate"
            ? "Focus block: nobody sees what you do now. The recording goes on, and your interviewer sees it afterwards."
            : `Focus block: ${interview.candidate_name} works unwatched. What you see is from before; the rest comes when it is over.`}{" "}
        </span>
        <span role="timer" aria-label="Focus left" className="mono">
          {minutesAndSeconds(left)}
        </span>
      </Banner>
    </div>
  );
}

/** Below the interviewer's bar, while the candidate waits for an answer. */
export function FocusWish() {
  const { focus, interview, role } = useView();
  const act = useAct();
  const { asked } = focus;
  if (asked === null || focus.until !== null || role !== "interviewer") return null;
  return (
    <Banner
      tone="info"
      action={
        <span className="row">
          <button
            type="button"
            className="button tiny primary"
            data-testid="grant-focus"
            onClick={() => void act("focus_block", { minutes: asked })}
          >
            Give {asked} min
          </button>
          <button type="button" className="button tiny" onClick={() => void act("end_focus_block", {})}>
            Not now
          </button>
        </span>
      }
    >
      {interview.candidate_name} asks for {asked} minutes during which nobody watches. The recording goes on.
    </Banner>
  );
}

/** In the interviewer's menu: a block that nobody asked for. */
export function StartFocus() {
  const { focus, stage, submission } = useView();
  const act = useAct();
  const [minutes, setMinutes] = useState(10);
  if ((stage !== "filter" && stage !== "probe") || submission || focus.until !== null) return null;
  return (
    <span className="row">
      <button
        type="button"
        className="button tiny grow"
        data-testid="start-focus"
        title="Some minutes during which nobody watches. The recording goes on."
        onClick={() => void act("focus_block", { minutes })}
      >
        Focus block
      </button>
      <Minutes value={minutes} onChange={setMinutes} />
    </span>
  );
}
