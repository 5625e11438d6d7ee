/** How much was typed when: characters of the candidate's edits in equal parts of the line. Pure. */

import type { Recording } from "../recording";
import type { Scale } from "./scale";

/** A paste says nothing about typing, so one edit counts no more than this. */
const MOST_AT_ONCE = 40;

export function activity({ splices, people }: Recording, scale: Scale, parts: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  for (const [ms, person, , , deleted, inserted] of splices) {
    if (people[person]?.role !== "candidate") continue;
    const part = Math.min(parts - 1, Math.floor(scale.place(ms) * parts));
    counts[part] = (counts[part] ?? 0) + Math.min(MOST_AT_ONCE, deleted.length + inserted.length);
  }
  return counts;
}

/** An SVG path under the counts, in a box of `parts` by 1; high is up. */
export function outline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  const steps = counts.map((count, at) => `V${round(1 - Math.sqrt(count / most))}H${at + 1}`);
  return `M0 1${steps.join("")}V1Z`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
