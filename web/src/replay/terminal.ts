/** What the candidate's terminals had shown at any moment, as passages for a screen. Knows no xterm. */

import type { Recording } from "../recording";
import type { Passage, Size } from "../terminal/screen";
import { countUntil, msOf } from "./sorted";

/** A screen that is written anew gets the end of what was shown, as a page that comes late does in the room. */
export const MOST_CHARACTERS = 200_000;
const MOST_PIECES = 100;
type Piece = Passage["pieces"][number];

export class TerminalTrack {
  private readonly events: Recording["terminal"];
  /** For each number of events: characters until then, the size, and where the terminal was opened. */
  private readonly characters: number[] = [0];
  private readonly sizes: Size[] = [{ rows: 24, columns: 80 }];
  private readonly openings: number[] = [0];

  constructor(
    { terminal }: Pick<Recording, "terminal">,
    private readonly most = MOST_CHARACTERS,
  ) {
    this.events = terminal;
    for (const [at, [, event]] of terminal.entries()) {
      const { length } = event.kind === "terminal" ? event.text : "";
      const sized = event.kind === "terminal-opened" || event.kind === "terminal-resized";
      this.characters.push(this.charactersAt(at) + length);
      this.sizes.push(sized ? { rows: event.rows, columns: event.columns } : this.sizeAt(at));
      this.openings.push(event.kind === "terminal-opened" ? at + 1 : this.openingOf(at));
    }
  }

  /** How many of the events had happened. */
  count(ms: number): number {
    return countUntil(this.events, ms, msOf);
  }

  /** Whether a terminal was open then; null before the first. */
  open(ms: number): boolean | null {
    const last = this.events[this.count(ms) - 1];
    return last ? last[1].kind !== "terminal-closed" : null;
  }

  sizeAt(count: number): Size {
    return this.sizes[count] as Size;
  }

  /** From the screen after `from` events to the one after `to`; null: from an unknown one. */
  passage(from: number | null, to: number): Passage {
    const opened = this.openingOf(to);
    const written = this.charactersAt(to);
    if (from !== null && opened <= from && from <= to && written - this.charactersAt(from) <= this.most) {
      return { reset: false, pieces: this.pieces(from, to) };
    }
    const kept = countUntil(this.characters, written - this.most - 1, (one) => one);
    const begin = Math.min(Math.max(opened, kept), Math.max(opened, to - 1));
    return { reset: true, pieces: begin > opened ? fromALine(this.pieces(begin, to)) : this.pieces(begin, to) };
  }

  /** What was written between two events, together where the size was the same. */
  private pieces(from: number, to: number): Piece[] {
    const found: Piece[] = [{ ...this.sizeAt(from), text: "" }];
    for (let at = from; at < to; at++) {
      const event = this.events[at]?.[1];
      const last = found.at(-1) as Piece;
      if (event?.kind === "terminal") found[found.length - 1] = { ...last, text: last.text + event.text };
      else if (event?.kind === "terminal-resized") found.push({ ...this.sizeAt(at + 1), text: "" });
    }
    const early = found.splice(0, Math.max(0, found.length - MOST_PIECES));
    const first = found[0] as Piece;
    return [{ ...first, text: early.map(({ text }) => text).join("") + first.text }, ...found.slice(1)];
  }

  private charactersAt(count: number): number {
    return this.characters[count] ?? 0;
  }

  private openingOf(count: number): number {
    return this.openings[count] ?? 0;
  }
}

/** Without the rest of a line, and of a sequence, that began in what was left out. */
function fromALine(pieces: readonly Piece[]): Piece[] {
  const found = pieces.findIndex(({ text }) => text.includes("\n"));
  return pieces.slice(Math.max(0, found)).map((piece, at) =>
    at === 0 ? { ...piece, text: piece.text.slice(piece.text.indexOf("\n") + 1) } : piece,
  );
}

/** Keeps a screen at the moment asked for last; moments asked for while it writes are passed over. */
export class TerminalPlayback {
  private done: number | null = null;
  private wanted = 0;
  private writing = false;

  constructor(
    private readonly track: TerminalTrack,
    private readonly screen: { play(passage: Passage): Promise<void> },
  ) {}

  async show(ms: number): Promise<void> {
    this.wanted = this.track.count(ms);
    if (this.writing) return;
    this.writing = true;
    try {
      while (this.done !== this.wanted) {
        const to = this.wanted;
        await this.screen.play(this.track.passage(this.done, to));
        this.done = to;
      }
    } finally {
      this.writing = false;
    }
  }
}
