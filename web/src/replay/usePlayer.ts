/** The player's ties to the browser: frames, the address, the keyboard. */

import { useEffect } from "react";

import { useStore } from "../store";
import { fragment, momentIn } from "./address";
import { neighbour } from "./markers";
import type { Player, PlayerState } from "./player";
import { countUntil, msOf } from "./sorted";

export const usePlayer = (player: Player): PlayerState => useStore(player.state);

/** Time goes on with the browser's frames, and stands still where nobody looks. */
export function useTicks(player: Player): void {
  const { playing } = usePlayer(player);
  useEffect(() => {
    if (!playing) return undefined;
    let before = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      player.tick(Math.min(250, Math.max(0, now - before)));
      before = now;
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [player, playing]);
}

/** The address names the moment where the player rests, and a new one moves it. */
export function useAddress(player: Player): void {
  const { ms: now, playing } = usePlayer(player);
  const ms = playing ? null : now;
  const { starts_at } = player.recording;
  useEffect(() => {
    const go = () => {
      const at = momentIn(location.hash, starts_at);
      if (at !== null) player.seek(at);
    };
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, [player, starts_at]);
  useEffect(() => {
    if (ms === null) {
      // A link to where it began must lead there again, so the address names no moment while it moves.
      history.replaceState(null, "", location.pathname);
      return undefined;
    }
    const timer = setTimeout(() => history.replaceState(null, "", fragment(starts_at + ms)), 200);
    return () => clearTimeout(timer);
  }, [ms, starts_at]);
}

export const STEP_MS = 5_000;
export const FAR_MS = 30_000;

export function useKeys(player: Player): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || belongsElsewhere(event)) return;
      if (press(player, event.key, event.shiftKey)) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [player]);
}

/** Whether the focused element has a use of its own for the key. */
function belongsElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable=true], .cm-editor")) return true;
  if (key === " ") return target.closest("button, a, summary, [role=tab]") !== null;
  return key.startsWith("Arrow") || key === "Home" || key === "End"
    ? target.closest("[role=tab], [role=separator]") !== null
    : false;
}

/** What a key does to the player; false when it is none of ours. */
export function press(player: Player, key: string, shift: boolean): boolean {
  const { ms } = player.state.get();
  switch (key) {
    case " ":
      player.toggle();
      return true;
    case "ArrowLeft":
      player.seek(ms - (shift ? FAR_MS : STEP_MS));
      return true;
    case "ArrowRight":
      player.seek(ms + (shift ? FAR_MS : STEP_MS));
      return true;
    case "[":
      toMarker(player, -1);
      return true;
    case "]":
      toMarker(player, 1);
      return true;
    case ",":
      toChange(player, -1);
      return true;
    case ".":
      toChange(player, 1);
      return true;
    case "Home":
      player.seek(0);
      return true;
    case "End":
      player.seek(player.recording.length_ms);
      return true;
    case "-":
      player.faster(-1);
      return true;
    case "+":
    case "=":
      player.faster(1);
      return true;
    default:
      return false;
  }
}

export function toMarker(player: Player, step: 1 | -1): void {
  const { ms } = player.state.get();
  player.pause();
  player.seek(neighbour(player.recording.moments, ms, step)?.ms ?? ms);
}

/** To the text before or after one change. */
export function toChange(player: Player, step: 1 | -1): void {
  const { splices } = player.recording;
  const { ms } = player.state.get();
  const done = countUntil(splices, ms, msOf);
  const to = step === 1 ? splices[done]?.[0] : previousMs(splices, done);
  player.pause();
  player.seek(to ?? ms);
}

function previousMs(splices: Player["recording"]["splices"], done: number): number | undefined {
  const last = splices[done - 1];
  return last && splices.slice(0, done - 1).findLast(([ms]) => ms < last[0])?.[0];
}
