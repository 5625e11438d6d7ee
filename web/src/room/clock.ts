/** The stage's clock as this page sees it. Pure; the server's clock is the only one that counts. */

import type { ReceivedView } from "../connection";

/** Milliseconds left at `now` (performance.now()); negative when over. */
export function remainingMs(
  view: Pick<ReceivedView, "receivedAt"> & {
    readonly clock: Pick<ReceivedView["clock"], "minutes" | "running" | "elapsed_ms">;
  },
  now: number,
): number {
  const { minutes, running, elapsed_ms } = view.clock;
  const since = running ? Math.max(0, now - view.receivedAt) : 0;
  return minutes * 60_000 - elapsed_ms - since;
}

/** Epoch milliseconds by the server's clock. */
export function serverNow(view: Pick<ReceivedView, "now" | "receivedAt">, now: number): number {
  return view.now + (now - view.receivedAt);
}

/** `12:05`, or `+0:40` past the end. */
export function formatRemaining(ms: number): string {
  const over = ms < 0;
  const seconds = over ? Math.floor(-ms / 1000) : Math.ceil(ms / 1000);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return over ? `+${text}` : text;
}

const ANNOUNCED_MINUTES = [10, 5, 1] as const;

/** What to say when the time left falls from `before` to `after` milliseconds, if anything. */
export function announcement(before: number, after: number): string | null {
  for (const minutes of ANNOUNCED_MINUTES) {
    const at = minutes * 60_000;
    if (before > at && after <= at) return `${minutes} ${minutes === 1 ? "minute" : "minutes"} left.`;
  }
  if (before > 0 && after <= 0) return "The planned time is over. You can still finish your thought.";
  return null;
}
