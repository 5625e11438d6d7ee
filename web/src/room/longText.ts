/** Long outputs show their end; the rest is there for who asks. Pure. */

export const SHOWN_LINES = 120;
/** A few more than shown are shown all the same: a button for three lines helps nobody. */
const SLACK = 20;

/** How many of the first lines are left out at first, and where what is shown begins. */
export function leftOut(text: string): { lines: number; start: number } {
  const ends: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) ends.push(at);
  const lines = ends.length + (text.endsWith("\n") ? 0 : 1);
  if (lines <= SHOWN_LINES + SLACK) return { lines: 0, start: 0 };
  const skipped = lines - SHOWN_LINES;
  return { lines: skipped, start: (ends[skipped - 1] ?? -1) + 1 };
}
