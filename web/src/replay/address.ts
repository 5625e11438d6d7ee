/** A moment in an address: `#t=` and epoch ms, so that a link needs to know nothing but the time. Pure. */

export const replayLink = (interview: string, at?: number): string =>
  `/replay/${encodeURIComponent(interview)}${at === undefined ? "" : fragment(at)}`;

export const fragment = (at: number): string => `#t=${Math.round(at)}`;

/** Epoch ms, or null where the address names no moment. */
export function momentIn(hash: string): number | null {
  const match = /^#t=(\d{1,15})$/.exec(hash);
  return match ? Number(match[1]) : null;
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
