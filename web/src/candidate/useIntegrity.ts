/**
 * Tells the server of pastes, of input methods and of leaving the page, as the lobby says it does. Of what is
 * pasted only the beginning is sent: enough to say whether it was in the room before.
 */

import { useEffect } from "react";

import type { Stage } from "../protocol";
import { useRoom } from "../room/context";

const SENT = 4_000;
/** Fewer characters at once are ordinary typing with an input method. */
const BULK = 100;
/** Kinds of `beforeinput` that put in text which somebody spoke, composed or corrected. */
const METHODS: ReadonlySet<string> = new Set([
  "insertCompositionText",
  "insertFromComposition",
  "insertFromDictation",
  "insertReplacementText",
]);

export function useIntegrity(stage: Stage): void {
  const room = useRoom();
  const recorded = stage === "filter" || stage === "probe";
  useEffect(() => {
    if (!recorded) return undefined;
    const ignore = () => undefined;
    const inserted = (target: EventTarget | null, text: string) => {
      if (text.length === 0) return;
      const args = { where: place(target), characters: text.length, text: text.slice(0, SENT) };
      room.send("paste", args).catch(ignore);
    };
    const composed = (target: EventTarget | null, text: string) => {
      if (text.length < BULK) return;
      room.send("input_method", { where: place(target), characters: text.length }).catch(ignore);
    };
    const onPaste = (event: ClipboardEvent) =>
      inserted(event.target, event.clipboardData?.getData("text/plain") ?? "");
    const onDrop = (event: DragEvent) =>
      inserted(event.target, event.dataTransfer?.getData("text/plain") ?? "");
    const onComposed = (event: CompositionEvent) => composed(event.target, event.data);
    const onBeforeInput = (event: InputEvent) => {
      if (METHODS.has(event.inputType) && !event.isComposing) composed(event.target, event.data ?? "");
    };
    const onVisibility = () => {
      room.send("focus", { visible: document.visibilityState === "visible" }).catch(ignore);
    };
    const listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    document.addEventListener("paste", onPaste, options);
    document.addEventListener("drop", onDrop, options);
    document.addEventListener("compositionend", onComposed, options);
    document.addEventListener("beforeinput", onBeforeInput, options);
    document.addEventListener("visibilitychange", onVisibility, options);
    return () => listening.abort();
  }, [room, recorded]);
}

function place(target: EventTarget | null): string {
  const element = target instanceof Element ? target.closest("[data-where]") : null;
  return element?.getAttribute("data-where") ?? "page";
}
