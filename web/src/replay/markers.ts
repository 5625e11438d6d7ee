/** Marks on the line: a glyph, a word and a lane for each kind, so that colour is never alone. Pure. */

import type { Marker, Moment } from "../recording";
import type { Scale } from "./scale";

export type Lane = "stages" | "runs" | "notes" | "signals";
export const LANES: readonly Lane[] = ["stages", "runs", "notes", "signals"];
export const LANE_NAMES: Readonly<Record<Lane, string>> = {
  stages: "Stages and judge",
  runs: "Runs and tests",
  notes: "Notes and chat",
  signals: "Signals",
};

export interface Kind {
  readonly glyph: string;
  readonly say: string;
  readonly tone: "good" | "bad" | "warn" | "info" | "accent" | "plain";
  readonly lane: Lane;
}

export const KINDS: Readonly<Record<Marker, Kind>> = {
  stage: { glyph: "◆", say: "stage", tone: "accent", lane: "stages" },
  "focus-block": { glyph: "◐", say: "focus block", tone: "info", lane: "stages" },
  outage: { glyph: "⚡", say: "outage", tone: "warn", lane: "stages" },
  submit: { glyph: "⇪", say: "submitted", tone: "accent", lane: "stages" },
  judgement: { glyph: "⚖", say: "judged", tone: "info", lane: "stages" },
  run: { glyph: "▸", say: "run", tone: "plain", lane: "runs" },
  "run-failed": { glyph: "!", say: "run failed", tone: "bad", lane: "runs" },
  "tests-passed": { glyph: "✓", say: "tests pass", tone: "good", lane: "runs" },
  "tests-failed": { glyph: "✕", say: "tests fail", tone: "bad", lane: "runs" },
  bench: { glyph: "≋", say: "bench", tone: "info", lane: "runs" },
  terminal: { glyph: "$", say: "terminal", tone: "plain", lane: "runs" },
  note: { glyph: "✎", say: "note", tone: "info", lane: "notes" },
  tick: { glyph: "☑", say: "ticked", tone: "plain", lane: "notes" },
  mark: { glyph: "★", say: "mark", tone: "accent", lane: "notes" },
  chat: { glyph: "…", say: "chat", tone: "plain", lane: "notes" },
  paste: { glyph: "⇩", say: "paste", tone: "warn", lane: "signals" },
  insert: { glyph: "▤", say: "large insert", tone: "warn", lane: "signals" },
  rhythm: { glyph: "≈", say: "rhythm", tone: "warn", lane: "signals" },
  away: { glyph: "↗", say: "page left", tone: "warn", lane: "signals" },
};

export interface Pin {
  readonly kind: Kind;
  /** Where it is drawn, 0 to 1: beside the one before it in its lane rather than on top of it. */
  readonly place: number;
  readonly moments: readonly Moment[];
}

/** Marks of one kind that are closer than this are one. */
const TOGETHER = 0.006;
/** What a mark takes of a line that is not narrow. */
const WIDTH = 0.0135;

export function pins(moments: readonly Moment[], scale: Scale): Pin[] {
  const open = new Map<Kind, Moment[]>();
  const found: Moment[][] = [];
  for (const moment of moments) {
    if (!moment.marker) continue;
    const kind = KINDS[moment.marker];
    const group = open.get(kind);
    const near = group?.[0] && scale.place(moment.ms) - scale.place(group[0].ms) < TOGETHER;
    if (group && near) group.push(moment);
    else {
      const fresh = [moment];
      open.set(kind, fresh);
      found.push(fresh);
    }
  }
  const free = new Map<Lane, number>();
  return found.map((group) => {
    const first = group[0] as Moment;
    const kind = KINDS[first.marker as Marker];
    const place = Math.max(scale.place(first.ms), free.get(kind.lane) ?? 0);
    free.set(kind.lane, Math.min(1, place + WIDTH));
    return { kind, place, moments: group };
  });
}

/** The marked moment before or after `ms`; presses in a row go on, even where several share a moment. */
export function neighbour(moments: readonly Moment[], ms: number, step: 1 | -1): Moment | undefined {
  const marked = moments.filter((moment) => moment.marker);
  return step === 1
    ? marked.find((moment) => moment.ms > ms)
    : marked.findLast((moment) => moment.ms < ms);
}
