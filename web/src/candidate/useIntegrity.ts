/** Tells the server of pastes and of leaving the page, as the lobby says it does. Sizes only, never contents. */

import { useEffect } from "react";

import type { Stage } from "../protocol";
import { useRoom } from "../room/context";

export function useIntegrity(stage: Stage): void {
  const room = useRoom();
  const recorded = stage === "filter" || stage === "probe";
  useEffect(() => {
    if (!recorded) return undefined;
    const ignore = () => undefined;
    const onPaste = (event: ClipboardEvent) => {
      const characters = event.clipboardData?.getData("text/plain").length ?? 0;
      if (characters > 0) room.send("paste", { where: place(event.target), characters }).catch(ignore);
    };
    const onVisibility = () => {
      room.send("focus", { visible: document.visibilityState === "visible" }).catch(ignore);
    };
    document.addEventListener("paste", onPaste, true);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("paste", onPaste, true);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [room, recorded]);
}

function place(target: EventTarget | null): string {
  const element = target instanceof Element ? target.closest("[data-where]") : null;
  return element?.getAttribute("data-where") ?? "page";
}
