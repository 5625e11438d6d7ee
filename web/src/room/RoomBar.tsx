/** The bar on top of the room and what the page has to say about connection and refusals. */

import { useEffect, useRef, useState, type ReactNode } from "react";

import { STAGE_NAMES, STAGES } from "../stages";
import { useStore } from "../store";
import { Banner, Brand, Chip, ThemeToggle } from "../ui/parts";
import { announcement, formatRemaining, remainingMs } from "./clock";
import { AskFocus } from "./FocusBlock";
import { ChatButton } from "./Chat";
import { givenBack, watchedBy } from "./watching";
import { SettingsButtons } from "./SettingsDialog";
import { problem, useNow, useRoom, useView } from "./context";

export function RoomBar({ children }: { children?: ReactNode }) {
  return (
    <header className="topbar room-bar">
      <Brand />
      <StagePath />
      <span className="grow" />
      <Watched />
      <AskFocus />
      <ChatButton />
      <SavedState />
      <ConnectionState />
      <TimeLeft />
      {children}
      <SettingsButtons />
      <ThemeToggle />
    </header>
  );
}

/** Nobody is watched without knowing it. */
function Watched() {
  const view = useView();
  return (
    <span className="small muted bar-line" data-testid="watched" role="status" title={watchedBy(view)}>
      {watchedBy(view)}
    </span>
  );
}

function StagePath() {
  const { stage } = useView();
  return (
    <ol className="stage-path" aria-label="Stages">
      {STAGES.map((one) => (
        <li
          key={one}
          aria-current={one === stage ? "step" : undefined}
          className={STAGES.indexOf(one) < STAGES.indexOf(stage) ? "past" : ""}
        >
          {STAGE_NAMES[one]}
        </li>
      ))}
    </ol>
  );
}

export function ConnectionState() {
  const state = useStore(useRoom().state);
  const live = state.kind === "live";
  return (
    <span role="status">
      <Chip tone={live ? "plain" : "warn"} data-testid="connection">
        <i className={live ? "dot live" : "dot hollow pulse"} aria-hidden="true" />{" "}
        {live ? "live" : "reconnecting"}
      </Chip>
    </span>
  );
}

export function SavedState() {
  const room = useRoom();
  const saved = useStore(room.saved);
  const live = useStore(room.state).kind === "live";
  return (
    <span className="small muted saved" data-testid="saved" data-saved={saved}>
      {saved ? "Saved" : live ? "Saving..." : "Kept here"}
    </span>
  );
}

export function TimeLeft() {
  const view = useView();
  const now = useNow(view.clock.running);
  const left = remainingMs(view, now);
  const over = left < 0;
  const credit = givenBack(view.clock.credits);
  const announced = useAnnouncement(left);
  if (view.display.timer_hidden) return null;
  return (
    <>
      {credit ? (
        <span className="small muted bar-line" data-testid="credit" role="status" title={credit}>
          {credit}
        </span>
      ) : null}
      <span
        className={`time-left ${over ? "over" : left < 300_000 ? "short" : ""}`}
        data-testid="time-left"
        role="timer"
        aria-label={over ? "Time over by" : "Time left"}
      >
        {formatRemaining(left)}
        <span className="small muted">{view.clock.running ? (over ? " over" : " left") : view.clock.paused ? " paused" : " stopped"}</span>
      </span>
      <span className="hidden-visually" aria-live="polite">
        {announced}
      </span>
    </>
  );
}

function useAnnouncement(left: number): string {
  const before = useRef(left);
  const [text, setText] = useState("");
  useEffect(() => {
    const say = announcement(before.current, left);
    before.current = left;
    if (say) setText(say);
  }, [left]);
  return text;
}

const GOOD_NEWS_MS = 4_000;

/** Says that the connection is lost, and that it is back with everything saved. */
export function ConnectionBanner() {
  const room = useRoom();
  const state = useStore(room.state);
  const saved = useStore(room.saved);
  const [wasLost, setWasLost] = useState(false);
  const lost = state.kind === "lost";
  useEffect(() => {
    if (lost) setWasLost(true);
    if (lost || !wasLost || !saved || state.kind !== "live") return undefined;
    const timer = setTimeout(() => setWasLost(false), GOOD_NEWS_MS);
    return () => clearTimeout(timer);
  }, [lost, wasLost, saved, state.kind]);

  if (state.kind === "ended") return <Banner tone="warn">{state.message}</Banner>;
  if (lost) {
    return (
      <Banner tone="warn">
        {room.role === "candidate"
          ? "Connection lost. Your text is kept here and sent when we are back. Keep this page open; you can go on typing."
          : "Connection lost. What you see may be old; the page is reconnecting."}
      </Banner>
    );
  }
  if (wasLost && state.kind === "live") {
    return (
      <Banner tone="good">
        {saved ? "Back, everything saved." : "Back. Sending what you typed meanwhile..."}
      </Banner>
    );
  }
  return null;
}

export function ProblemBanner() {
  const text = useStore(problem);
  const { alert, files_error } = useView();
  return (
    <>
      {alert ? <Banner tone="bad">{alert}</Banner> : null}
      {files_error ? <Banner tone="warn">{files_error}</Banner> : null}
      {text ? (
        <Banner
          tone="bad"
          action={
            <button type="button" className="button quiet tiny" onClick={() => problem.set("")}>
              Dismiss
            </button>
          }
        >
          {text}
        </Banner>
      ) : null}
    </>
  );
}
