/** How far the telling of others is, in words. */

import type { Delivery } from "../protocol";
import type { Tone } from "../ui/parts";

export function describeDelivery({ state, attempts, due_at }: Delivery, now: number): { tone: Tone; say: string } {
  const tried = attempts.length;
  switch (state) {
    case "delivered":
      return { tone: "good", say: "✓ delivered" };
    case "gave_up":
      return { tone: "bad", say: "✕ gave up" };
    case "waiting":
      return tried === 0 || due_at <= now
        ? { tone: "info", say: "being sent" }
        : { tone: "warn", say: `failed, next try ${away(due_at - now)}` };
  }
}

function away(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "within a minute";
  return minutes < 90 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}
