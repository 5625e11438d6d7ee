/**
 * A moment in an address: `#t=` and epoch ms, so that a link needs to know nothing but the time; or `#12:34` since the
 * beginning, as a printed report has it and a person types it. Pure.
 */

export const replayLink = (interview: string, at?: number): string =>
  `/replay/${encodeURIComponent(interview)}${at === undefined ? "" : fragment(at)}`;

export const fragment = (at: number): string => `#t=${Math.round(at)}`;

/** Milliseconds since `startsAt` (epoch ms), or null where the address names no moment. */
export function momentIn(hash: string, startsAt: number): number | null {
  const exact = /^#t=(\d{1,15})$/.exec(hash);
  if (exact) return Number(exact[1]) - startsAt;
  const typed = /^#(?:(\d{1,3}):)?(\d{1,5}):(\d{2})$/.exec(hash);
  if (!typed) return null;
  const [hours = 0, minutes = 0, seconds = 0] = typed.slice(1).map((digits) => Number(digits ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** `1:02:05` or `2:05`, of a time since the start. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${String(seconds % 60).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** For people who listen: `1 hour 2 minutes 5 seconds`. */
export function spokenTime(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const parts = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(" ") || "the start";
}
