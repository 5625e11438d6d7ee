/** Who watches, and what time was given back, in words. Pure. */

import type { Credit, View } from "../protocol";

type Watched = Pick<View, "people" | "focus">;

/** What the candidate is told of who sees them. */
export function watchedBy({ people, focus }: Watched): string {
  if (focus.until !== null) return "Nobody is watching: focus block";
  const names = people.filter((one) => one.role !== "candidate" && one.online).map((one) => one.name);
  const [first] = names;
  if (first === undefined) return "Nobody is watching";
  return names.length === 1 ? `${first} is watching` : `${names.length} are watching: ${names.join(", ")}`;
}

const CAUSES: Record<Credit["causes"][number], string> = {
  server: "the server was down",
  connection: "the connection was lost",
  sandbox: "the sandbox could not be used",
};

/** `2:05 given back: the server was down`, or null when nothing was. */
export function givenBack(credits: readonly Credit[]): string | null {
  const lost = credits.reduce((sum, one) => sum + one.lost_ms, 0);
  if (lost === 0) return null;
  const causes = [...new Set(credits.flatMap((one) => one.causes))].map((cause) => CAUSES[cause]);
  return `${minutesAndSeconds(lost)} given back: ${causes.join(", ")}`;
}

export function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
