/**
 * Whose cursor was where. A page reports its cursor a few times a second; typing says more exactly where it
 * is, so what was typed last counts until the next report, and other people's edits move it along.
 */

import type { Recording, Splice } from "../recording";
import { countUntil, msOf } from "./sorted";

export interface Caret {
  readonly person: number;
  readonly role: string;
  readonly name: string;
  readonly anchor: number;
  readonly head: number;
}

/** How far a lookup goes back for somebody's last edit: what is older is no cursor any more. */
const MOST_STEPS = 500;

/** The carets in a file at `ms`. */
export function caretsAt(recording: Recording, file: string, ms: number): Caret[] {
  const text = recording.texts.findIndex((one) => one.kind === "file" && one.name === file);
  if (text < 0) return [];
  return recording.people.flatMap(({ role, name }, person) => {
    if (role === "server" || role === "host") return []; // they write, and are nowhere
    const place = placeAt(recording, person, text, ms);
    return place ? [{ person, role, name, ...place }] : [];
  });
}

/** The file that the candidate had open at `ms`: as their page said, or where they typed last. */
export function candidateFileAt(recording: Recording, ms: number): string | null {
  const { people, cursors, splices, texts } = recording;
  let said: { ms: number; file: string } | null = null;
  for (let at = countUntil(cursors, ms, msOf) - 1; at >= 0 && !said; at--) {
    const [when, person, file] = cursors[at] as Recording["cursors"][number];
    if (people[person]?.role === "candidate" && file !== null) said = { ms: when, file };
  }
  for (let at = countUntil(splices, ms, msOf) - 1; at >= 0; at--) {
    const [when, person, text] = splices[at] as Splice;
    if (said && when <= said.ms) return said.file;
    const one = texts[text];
    if (people[person]?.role === "candidate" && one?.kind === "file") return one.name;
  }
  return said?.file ?? null;
}

interface Range {
  readonly anchor: number;
  readonly head: number;
}

function placeAt(recording: Recording, person: number, text: number, ms: number): Range | null {
  const { cursors, splices, texts } = recording;
  const said = lastReport(cursors, person, ms);
  const count = countUntil(splices, ms, msOf);
  const first = said ? countUntil(splices, said[0], msOf) : 0;
  for (let at = count - 1; at >= Math.max(first, count - MOST_STEPS); at--) {
    const splice = splices[at] as Splice;
    if (splice[1] !== person) continue;
    if (splice[2] !== text) return null;
    const end = splice[3] + splice[5].length;
    return carried({ anchor: end, head: end }, splices, at + 1, count, text);
  }
  if (!said || said[2] !== texts[text]?.name || said[3] === null || said[4] === null) return null;
  return carried({ anchor: said[3], head: said[4] }, splices, first, count, text);
}

function lastReport(cursors: Recording["cursors"], person: number, ms: number) {
  for (let at = countUntil(cursors, ms, msOf) - 1; at >= 0; at--) {
    const report = cursors[at];
    if (report?.[1] === person) return report;
  }
  return null;
}

/** Where a range stands after the splices `from` to `to` of its text. */
function carried(range: Range, splices: readonly Splice[], from: number, to: number, text: number): Range {
  let { anchor, head } = range;
  for (let at = from; at < to; at++) {
    const splice = splices[at] as Splice;
    if (splice[2] !== text) continue;
    anchor = moved(anchor, splice);
    head = moved(head, splice);
  }
  return { anchor, head };
}

function moved(place: number, [, , , position, deleted, inserted]: Splice): number {
  if (place < position) return place;
  if (place <= position + deleted.length) return position + inserted.length;
  return place - deleted.length + inserted.length;
}
