/**
 * What running code showed, by run. Bounded: of a flood only the newest part is kept, with a count of what
 * was left out. Listeners hear of changes at most once a frame.
 */

import type { Output } from "../protocol";

export const MAX_CHARACTERS = 200_000;
export const MAX_PIECES = 400;

export interface Transcript {
  readonly pieces: readonly Output[];
  /** Characters that were shown once and are no longer kept. */
  readonly dropped: number;
}

const EMPTY: Transcript = { pieces: [], dropped: 0 };

export class Transcripts {
  private readonly transcripts = new Map<number, Transcript>();
  private readonly counts = new Map<number, number>();
  private readonly listeners = new Set<() => void>();
  private scheduled = false;

  /** Outputs number `from`, `from` + 1, ... of a run. From 0 it starts anew, as after a reconnect. */
  receive(run: number, from: number, outputs: readonly Output[]): void {
    const known = from === 0 ? 0 : (this.counts.get(run) ?? 0);
    const fresh = outputs.slice(Math.max(0, known - from));
    this.counts.set(run, Math.max(known, from + outputs.length));
    this.transcripts.set(run, append(from === 0 ? EMPTY : this.of(run), fresh));
    this.schedule();
  }

  of(run: number): Transcript {
    return this.transcripts.get(run) ?? EMPTY;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      for (const listener of [...this.listeners]) listener();
    }, 33);
  }
}

/**
 * Add outputs: neighbouring chunks of one stream are joined, `update` takes the place of the display of its
 * name, `clear` empties, the oldest gives way.
 */
export function append(transcript: Transcript, outputs: readonly Output[]): Transcript {
  let pieces = [...transcript.pieces];
  let dropped = transcript.dropped;
  for (const output of outputs) {
    if (output.kind === "clear") {
      pieces = [];
      dropped = 0;
      continue;
    }
    if (output.kind === "update") {
      pieces = pieces.map((piece) => (piece.id !== "" && piece.id === output.id ? { ...output, kind: piece.kind } : piece));
      continue;
    }
    const last = pieces.at(-1);
    if (last && isStream(output) && last.kind === output.kind) {
      pieces[pieces.length - 1] = { ...last, text: carriageReturns(last.text + output.text) };
    } else {
      pieces.push(isStream(output) ? { ...output, text: carriageReturns(output.text) } : output);
    }
  }
  return trim(pieces, dropped);
}

function trim(pieces: Output[], droppedBefore: number): Transcript {
  let dropped = droppedBefore;
  let kept = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  let start = 0;
  while (start < pieces.length - 1 && (kept > MAX_CHARACTERS || pieces.length - start > MAX_PIECES)) {
    const size = pieces[start]?.text.length ?? 0;
    kept -= size;
    dropped += size;
    start += 1;
  }
  const rest = pieces.slice(start);
  const first = rest[0];
  if (first && kept > MAX_CHARACTERS) {
    const excess = kept - MAX_CHARACTERS;
    rest[0] = { ...first, text: first.text.slice(excess) };
    dropped += excess;
  }
  return { pieces: rest, dropped };
}

function isStream(output: Output): boolean {
  return output.kind === "stdout" || output.kind === "stderr";
}

/** What a terminal would show of a progress bar: text after a bare `\r` replaces its line. */
export function carriageReturns(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => {
      const trailing = line.endsWith("\r");
      const parts = (trailing ? line.slice(0, -1) : line).split("\r");
      return (parts.at(-1) ?? "") + (trailing ? "\r" : "");
    })
    .join("\n");
}
