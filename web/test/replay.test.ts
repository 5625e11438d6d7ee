import { describe, expect, it } from "vitest";

import type { Moment, Recording, Splice } from "../src/recording";
import { activity, outline } from "../src/replay/activity";
import { clockTime, fragment, momentIn, replayLink, spokenTime } from "../src/replay/address";
import { candidateFileAt, caretsAt } from "../src/replay/carets";
import { neighbour, pins } from "../src/replay/markers";
import { benchAt, clockLeft, newestResult, notesAt, presentAt, runsAt, stageAt, testsAt, transcriptsAt } from "../src/replay/moment";
import { Player } from "../src/replay/player";
import { gapAt, idleGaps, Scale } from "../src/replay/scale";
import { MOST_CHARACTERS, TerminalPlayback, TerminalTrack } from "../src/replay/terminal";
import type { Passage } from "../src/terminal/screen";
import { shownAt, Texts } from "../src/replay/texts";
import { press } from "../src/replay/usePlayer";
import { difference } from "../src/editor/replayed";

const EMPTY: Recording = {
  interview: { id: "ab", candidate_name: "Casey", interviewer_name: "Robin", created_at: 0 },
  live: false,
  starts_at: 1_000_000,
  length_ms: 60_000,
  people: [
    { role: "candidate", name: "Casey" },
    { role: "interviewer", name: "Robin" },
  ],
  texts: [
    { kind: "file", name: "a.py", line: 0 },
    { kind: "file", name: "b.py", line: 0 },
  ],
  shown: [],
  splices: [],
  cursors: [],
  present: [],
  stages: [],
  clocks: [],
  runs: [],
  outputs: [],
  cases: [],
  rows: [],
  strips: [],
  bench_texts: [],
  tool_errors: [],
  terminal: [],
  typists: [],
  notes: [],
  ticks: [],
  marks: [],
  said: [],
  moments: [],
  filter: { title: "", minutes: 1, brief: "", exhibit: { path: "", text: "" } },
  probe: { title: "", minutes: 1, brief: "", entry: "a.py" },
};
const made = (some: Partial<Recording>): Recording => ({ ...EMPTY, ...some });

/** A repeatable stream of numbers from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Splices as somebody types, deletes and jumps, and what both texts were after each. */
function typed(count: number, seed: number): { splices: Splice[]; moments: string[][] } {
  const next = random(seed);
  const texts = ["", ""];
  const splices: Splice[] = [];
  const moments: string[][] = [[...texts]];
  for (let at = 0; at < count; at++) {
    const text = next() < 0.8 ? 0 : 1;
    const before = texts[text] ?? "";
    const position = Math.floor(next() * (before.length + 1));
    const deleted = next() < 0.3 ? before.slice(position, position + 2) : "";
    const inserted = next() < 0.8 ? "é😀x\n".slice(0, 1 + Math.floor(next() * 5)) : "";
    texts[text] = before.slice(0, position) + inserted + before.slice(position + deleted.length);
    splices.push([at * 10, 0, text, position, deleted, inserted]);
    moments.push([...texts]);
  }
  return { splices, moments };
}

describe("the texts of a recording", () => {
  it("are at every moment those of that moment, wherever one comes from", () => {
    const { splices, moments } = typed(5_000, 1);
    const texts = new Texts({ splices });
    const next = random(2);
    for (let jump = 0; jump < 300; jump++) {
      const count = Math.floor(next() * (splices.length + 1));
      const then = texts.after(count);
      expect([then.get(0) ?? "", then.get(1) ?? ""]).toEqual(moments[count]);
    }
  });

  it("go back one by one as they came", () => {
    const { splices, moments } = typed(300, 3);
    const texts = new Texts({ splices });
    for (let count = 300; count >= 0; count--) expect(texts.after(count).get(0) ?? "").toBe(moments[count]?.[0]);
  });

  it("include the splices of the very moment", () => {
    const texts = new Texts({ splices: [[5, 0, 0, 0, "", "a"], [5, 0, 0, 1, "", "b"], [6, 0, 0, 2, "", "c"]] });
    expect([4, 5, 6].map((ms) => texts.at(ms).get(0) ?? "")).toEqual(["", "ab", "abc"]);
  });

  it("come and go with their files", () => {
    const recording = made({ shown: [[0, 0, true], [5, 1, true], [9, 0, false]] });
    expect([4, 5, 9].map((ms) => [...shownAt(recording, ms)])).toEqual([[0], [0, 1], [1]]);
  });
});

describe("a change of the editor", () => {
  it("replaces only what differs", () => {
    expect(difference("hello", "help")).toEqual({ from: 3, to: 5, insert: "p" });
    expect(difference("aa", "aaa")).toEqual({ from: 2, to: 2, insert: "a" });
    expect(difference("same", "same")).toBeNull();
  });
});

describe("carets", () => {
  it("stand where the page said, and move with what others write", () => {
    const recording = made({
      cursors: [[10, 0, "a.py", 2, 4]],
      splices: [[20, 1, 0, 0, "", "xx"], [30, 1, 0, 0, "x", ""]],
    });
    const at = (ms: number) => caretsAt(recording, "a.py", ms).map(({ anchor, head }) => [anchor, head]);
    expect(at(10)).toEqual([[2, 4]]);
    expect(at(20)).toEqual([[4, 6], [2, 2]]);
    expect(at(30)).toEqual([[3, 5], [0, 0]]);
  });

  it("follow their own typing until the next report", () => {
    const recording = made({
      cursors: [[10, 0, "a.py", 9, 9], [40, 0, "a.py", 1, 1]],
      splices: [[20, 0, 0, 3, "", "abc"]],
    });
    const head = (ms: number) => caretsAt(recording, "a.py", ms)[0]?.head;
    expect([10, 20, 40].map(head)).toEqual([9, 6, 1]);
  });

  it("are only in the file that is open", () => {
    const recording = made({ cursors: [[10, 0, "b.py", 1, 1], [20, 0, null, null, null]] });
    expect(caretsAt(recording, "a.py", 10)).toEqual([]);
    expect(caretsAt(recording, "b.py", 10)).toHaveLength(1);
    expect(caretsAt(recording, "b.py", 20)).toEqual([]);
  });

  it("say which file the candidate looked at, also in recordings without cursors", () => {
    const recording = made({ cursors: [[30, 0, "b.py", 1, 1]], splices: [[10, 0, 0, 0, "", "x"], [40, 0, 0, 0, "", "x"]] });
    expect([5, 10, 30, 40].map((ms) => candidateFileAt(recording, ms))).toEqual([null, "a.py", "b.py", "a.py"]);
  });
});

describe("the room at a moment", () => {
  const run = { id: 1, kind: "tests", label: "tests", at: 1_000_010, finished_at: 1_000_040, outcome: "ok" } as const;
  const one = {
    name: "n",
    title: "t",
    outcome: "passed",
    message: "",
    assertion: "",
    output: "",
    file: "",
    line: null,
    seconds: 1,
  } as const;
  const recording = made({
    stages: [[5, "filter"], [9, "probe"]],
    clocks: [
      { ms: 5, minutes: 1, used_ms: 0, running: true },
      { ms: 1005, minutes: 1, used_ms: 1000, running: false },
    ],
    runs: [run],
    cases: [[20, 1, one], [30, 1, { ...one, name: "m" }]],
    tool_errors: [[40, 1, "Stopped: it took too long."]],
    outputs: [
      [20, 1, { kind: "stdout", text: "a", image: "", html: "", id: "" }],
      [30, 1, { kind: "stdout", text: "b", image: "", html: "", id: "" }],
    ],
    notes: [
      { ms: 10, id: 1, stage: "filter", text: "slow" },
      { ms: 20, id: 1, stage: "probe", text: "careful" },
      { ms: 30, id: 1, stage: "probe", text: "" },
    ],
    present: [[0, 1, true], [10, 1, false]],
  });

  it("has its stage and its clock", () => {
    expect([0, 5, 9].map((ms) => stageAt(recording, ms))).toEqual(["lobby", "filter", "probe"]);
    expect(clockLeft(recording, 0)).toBeNull();
    expect(clockLeft(recording, 505)).toEqual({ left: 59_500, running: true });
    expect(clockLeft(recording, 9_999)).toEqual({ left: 59_000, running: false });
  });

  it("has a run that has not ended yet", () => {
    expect(runsAt(recording, 9)).toEqual([]);
    expect(runsAt(recording, 39)).toEqual([{ ...run, finished_at: null, outcome: null }]);
    expect(runsAt(recording, 40)).toEqual([run]);
  });

  it("has the cases and the output that had come", () => {
    expect(testsAt(recording, 9)).toBeNull();
    expect(testsAt(recording, 25)).toMatchObject({ running: true, error: "", cases: [{ name: "n" }] });
    expect(testsAt(recording, 40)).toMatchObject({ running: false, error: "Stopped: it took too long." });
    expect(benchAt(recording, 40)).toBeNull();
    expect(transcriptsAt(recording, 25).get(1)?.pieces.map((piece) => piece.text)).toEqual(["a"]);
    expect(transcriptsAt(recording, 30).get(1)?.pieces.map((piece) => piece.text)).toEqual(["ab"]);
  });

  it("has notes as they read then, with the stage they were begun in", () => {
    expect([9, 10, 20, 30].map((ms) => notesAt(recording, ms).map((note) => note.text))).toEqual([
      [],
      ["slow"],
      ["careful"],
      [],
    ]);
    expect(notesAt(recording, 20)[0]).toMatchObject({ ms: 10, stage: "filter" });
  });

  it("knows who was there", () => {
    expect([0, 10].map((ms) => [...presentAt(recording, ms)])).toEqual([[1], []]);
  });
});

describe("the bench and the terminal at a moment", () => {
  const strip = { num_speculative_tokens: 2, prompt: [1], tokens: [7], origins: ["bonus"], rejected: [] } as const;
  const recording = made({
    runs: [{ id: 1, kind: "bench", label: "bench", at: 1_000_010, finished_at: null, outcome: null }],
    strips: [[20, 1, strip as never], [30, 2, strip as never]],
    bench_texts: [[25, 1, "text" as never], [30, 2, "other" as never]],
    moments: [
      { seq: 1, ms: 15, kind: "terminal-opened", author: "candidate", text: "", marker: "terminal" },
      { seq: 2, ms: 40, kind: "terminal-closed", author: "candidate", text: "", marker: null },
    ],
  });

  it("has the strips and texts that had come of that run", () => {
    expect([19, 20, 30].map((ms) => benchAt(recording, ms)?.strips)).toEqual([[], [strip], [strip]]);
    expect([24, 25, 30].map((ms) => benchAt(recording, ms)?.texts)).toEqual([[], ["text"], ["text"]]);
  });

  it("looks where something new was last", () => {
    expect([9, 10, 15, 50].map((ms) => newestResult(recording, ms)?.tab)).toEqual([undefined, "bench", "terminal", "terminal"]);
  });
});

describe("the terminal of a recording", () => {
  type Events = Recording["terminal"];
  const shown = (ms: number, text: string): Events[number] => [ms, { kind: "terminal", text }];

  /** What a terminal does, at random, an event each millisecond. */
  function used(count: number, next: () => number): Events {
    return Array.from({ length: count }, (_, ms): Events[number] => {
      const chance = next();
      const size = { rows: 2 + Math.floor(next() * 9), columns: 10 + Math.floor(next() * 9) };
      if (chance < 0.04) return [ms, { kind: "terminal-opened", ...size }];
      if (chance < 0.08) return [ms, { kind: "terminal-closed", why: "" }];
      if (chance < 0.2) return [ms, { kind: "terminal-resized", ...size }];
      return shown(ms, `${ms} ${next() < 0.4 ? "\n" : ""}`);
    });
  }

  /** Each letter with the size it was written at, and the size now. */
  class Paper {
    letters: string[] = [];
    size = "";
    readonly passages: Passage[] = [];

    play(passage: Passage): Promise<void> {
      this.passages.push(passage);
      if (passage.reset) this.letters = [];
      for (const { rows, columns, text } of passage.pieces) {
        this.size = `${rows}×${columns}`;
        for (const letter of text) this.letters.push(letter + this.size);
      }
      return Promise.resolve();
    }
  }

  /** Event by event: what a screen had that was there all the time. */
  function lived(events: Events): Paper {
    const paper = new Paper();
    paper.size = "24×80";
    for (const [, event] of events) {
      if (event.kind === "terminal") paper.letters.push(...[...event.text].map((one) => one + paper.size));
      if (event.kind === "terminal-opened") paper.letters = [];
      if (event.kind === "terminal-opened" || event.kind === "terminal-resized")
        paper.size = `${event.rows}×${event.columns}`;
    }
    return paper;
  }

  it("is at every moment that of the moment, wherever one comes from", async () => {
    const next = random(4);
    const terminal = used(400, next);
    const paper = new Paper();
    const playback = new TerminalPlayback(new TerminalTrack({ terminal }), paper);
    for (let jump = 0; jump < 300; jump++) {
      const ms = Math.floor(next() * 401) - 1;
      await playback.show(ms);
      const { letters, size } = lived(terminal.slice(0, ms + 1));
      expect({ letters: paper.letters, size: paper.size }).toEqual({ letters, size });
    }
  });

  it("is written anew with its end alone, from the beginning of a line", () => {
    const next = random(5);
    const terminal = used(400, next);
    const track = new TerminalTrack({ terminal }, 60);
    for (let count = 0; count <= 400; count++) {
      const { reset, pieces } = track.passage(null, count);
      const text = pieces.map((piece) => piece.text).join("");
      const whole = lived(terminal.slice(0, count)).letters.map((letter) => [...letter][0]).join("");
      expect(reset).toBe(true);
      expect(whole.endsWith(text)).toBe(true);
      expect(text.length).toBeLessThanOrEqual(60);
      const before = whole.slice(0, whole.length - text.length);
      if (text !== "") expect(["", "\n"]).toContain(before.slice(-1));
    }
  });

  it("is bounded in its sizes too", () => {
    const terminal: Events = Array.from({ length: 5_000 }, (_, ms) =>
      ms % 2 ? shown(ms, "x") : [ms, { kind: "terminal-resized", rows: 9, columns: 20 + (ms % 7) }],
    );
    const { pieces } = new TerminalTrack({ terminal }).passage(null, 5_000);
    expect(pieces.length).toBeLessThanOrEqual(100);
    expect(pieces.map(({ text }) => text).join("")).toHaveLength(2_500);
  });

  it("goes on by what came and back by writing anew", () => {
    const track = new TerminalTrack({ terminal: [shown(0, "a"), shown(1, "b"), shown(2, "x".repeat(MOST_CHARACTERS + 1))] });
    const size = { rows: 24, columns: 80 };
    expect(track.passage(1, 2)).toEqual({ reset: false, pieces: [{ ...size, text: "b" }] });
    expect(track.passage(2, 1)).toEqual({ reset: true, pieces: [{ ...size, text: "a" }] });
    expect(track.passage(2, 3).reset).toBe(true);
  });

  it("passes over moments that were asked for while it writes", async () => {
    const paper = new Paper();
    const terminal: Events = Array.from({ length: 50 }, (_, ms) => shown(ms, `${ms},`));
    const playback = new TerminalPlayback(new TerminalTrack({ terminal }), paper);
    await Promise.all([49, 10, 30, 20].map((ms) => playback.show(ms)));
    expect(paper.passages).toHaveLength(2);
    expect(paper.letters).toEqual(lived(terminal.slice(0, 21)).letters);
  });

  it("says whether one was open", () => {
    const track = new TerminalTrack({
      terminal: [[5, { kind: "terminal-opened", rows: 9, columns: 20 }], [9, { kind: "terminal-closed", why: "" }]],
    });
    expect([4, 5, 9].map((ms) => track.open(ms))).toEqual([null, true, false]);
  });
});

describe("the line of time", () => {
  const recording = made({ splices: [[1_000, 0, 0, 0, "", "x"], [41_000, 0, 0, 0, "", "x"]] });

  it("finds where nothing happens", () => {
    expect(idleGaps(recording)).toEqual([
      { from: 2_000, to: 40_000 },
      { from: 42_000, to: 59_000 },
    ]);
    expect(gapAt(idleGaps(recording), 2_000)).toBeDefined();
    expect(gapAt(idleGaps(recording), 40_000)).toBeUndefined();
  });

  it.each([[[]], [idleGaps(recording)]])("goes there and back", (gaps) => {
    const scale = new Scale(60_000, gaps);
    expect([scale.place(0), scale.place(60_000)]).toEqual([0, 1]);
    let before = -1;
    for (let ms = 0; ms <= 60_000; ms += 500) {
      const place = scale.place(ms);
      expect(place).toBeGreaterThanOrEqual(before);
      before = place;
      if (!gapAt(gaps, ms)) expect(Math.abs(scale.time(place) - ms)).toBeLessThanOrEqual(1);
    }
  });

  it("draws a gap short", () => {
    const scale = new Scale(60_000, idleGaps(recording));
    expect(scale.place(40_000) - scale.place(2_000)).toBeLessThan(0.02);
  });

  it("draws typing and does not let a paste hide it", () => {
    const pasted = made({ splices: [[1_000, 0, 0, 0, "", "x".repeat(9_999)], [59_000, 0, 0, 0, "", "ab"], [59_000, 1, 0, 0, "", "no"]] });
    expect(activity(pasted, new Scale(60_000, []), 2)).toEqual([40, 2]);
    expect(outline([1, 0])).toBe("M0 1V0H1V1H2V1Z");
  });
});

describe("marks", () => {
  const moment = (seq: number, ms: number, marker: Moment["marker"]): Moment => ({
    seq,
    ms,
    kind: "x",
    author: "candidate",
    text: "",
    marker,
  });
  const moments = [moment(1, 0, null), moment(2, 100, "run"), moment(3, 110, "run"), moment(4, 110, "tests-failed"), moment(5, 30_000, "run")];

  it("of one kind that are close are one, and none lies on another", () => {
    const found = pins(moments, new Scale(60_000, []));
    expect(found.map((pin) => pin.moments.map(({ seq }) => seq))).toEqual([[2, 3], [4], [5]]);
    expect(found[1]?.place).toBeGreaterThan((found[0]?.place ?? 0) + 0.01);
  });

  it("lead to the next and the one before", () => {
    expect(neighbour(moments, 100, 1)?.seq).toBe(3);
    expect(neighbour(moments, 110, 1)?.seq).toBe(5);
    expect(neighbour(moments, 110, -1)?.seq).toBe(2);
    expect(neighbour(moments, 0, -1)).toBeUndefined();
  });
});

describe("the player", () => {
  const recording = made({
    splices: [[1_000, 0, 0, 0, "", "x"], [1_000, 0, 0, 1, "", "y"], [41_000, 0, 0, 0, "", "x"]],
  });

  it("goes as fast as it is told and stops at the end", () => {
    const player = new Player(recording, 58_900);
    player.setSkipIdle(false);
    player.tick(1_000);
    expect(player.state.get().ms).toBe(58_900);
    player.toggle();
    player.setSpeed(4);
    player.tick(100);
    expect(player.state.get().ms).toBe(59_300);
    player.tick(1_000);
    expect(player.state.get()).toMatchObject({ ms: 60_000, playing: false });
    player.toggle();
    expect(player.state.get()).toMatchObject({ ms: 0, playing: true });
  });

  it("jumps over idle time and says how much", () => {
    const player = new Player(recording, 1_990);
    player.toggle();
    player.tick(20);
    expect(player.state.get()).toMatchObject({ ms: 40_000, skipped: 38_000, playing: true });
  });

  it("may be put into idle time and goes on from its end", () => {
    const player = new Player(recording, 0);
    player.seek(20_000);
    expect(player.state.get().ms).toBe(20_000);
    player.toggle();
    player.tick(20);
    expect(player.state.get().ms).toBe(40_000);
  });

  it("never leaves the recording", () => {
    const player = new Player(recording, -5);
    expect(player.state.get().ms).toBe(0);
    player.seek(1e9);
    expect(player.state.get().ms).toBe(60_000);
  });

  it("is moved by keys", () => {
    const player = new Player(recording, 10_000);
    const after = (key: string, shift = false) => {
      expect(press(player, key, shift)).toBe(true);
      return player.state.get().ms;
    };
    expect(after("ArrowRight")).toBe(15_000);
    expect(after("ArrowRight", true)).toBe(45_000);
    expect(after("ArrowLeft")).toBe(40_000);
    expect(after(".")).toBe(41_000);
    expect(after(",")).toBe(1_000);
    expect(after(",")).toBe(1_000);
    expect(after("End")).toBe(60_000);
    expect(after("Home")).toBe(0);
    after("+");
    expect(player.state.get().speed).toBe(2);
    expect(press(player, "q", false)).toBe(false);
  });
});

describe("addresses", () => {
  it("name a moment and nothing else", () => {
    expect(momentIn(fragment(1_234_567.8), 234_000)).toBe(1_000_568);
    const wrong = ["", "#t=", "#t=-1", "#t=1e9", "#t=1&x", "#t=9999999999999999", "#5", "#1:2", "#1:02:3", "#:02", "#1:02:03:04"];
    expect(wrong.filter((hash) => momentIn(hash, 0) !== null)).toEqual([]);
    expect(replayLink("a b", 5)).toBe("/replay/a%20b#t=5");
  });

  it("are typed as a printed report has them, since the beginning", () => {
    const typed = ["#0:00", "#1:05", "#62:05", "#1:02:05"];
    expect(typed.map((hash) => momentIn(hash, 1_700_000_000_000))).toEqual([0, 65_000, 3_725_000, 3_725_000]);
    for (const ms of [0, 65_000, 3_725_000]) expect(momentIn(`#${clockTime(ms)}`, 5)).toBe(ms);
  });

  it("are said as people say times", () => {
    expect([0, 65_000, 3_725_000].map(clockTime)).toEqual(["0:00", "1:05", "1:02:05"]);
    expect([0, 1_000, 3_725_000].map(spokenTime)).toEqual([
      "the start",
      "1 second",
      "1 hour 2 minutes 5 seconds",
    ]);
  });
});

