import { describe, expect, it } from "vitest";

import { parseFrame } from "../src/protocol";
import { Mismatch } from "../src/schema";

const VIEW = {
  now: 1,
  interview: {
    id: "i",
    candidate_name: "Demo candidate",
    interviewer_name: "Demo interviewer",
    created_at: 0,
  },
  role: "candidate",
  you: "candidate",
  stage: "probe",
  consented: true,
  clock: { minutes: 45, running: true, elapsed_ms: 0, paused: false, credits: [] },
  people: [],
  co_edit: false,
  focus: { asked: null, until: null },
  display: { timer_hidden: false, screen_reader: false },
  sandbox: { state: "ready", message: "" },
  kernel: { state: "idle", run: null },
  runs: [],
  tests: null,
  bench: null,
    bench_history: [],
    terminal: null,
  submission: null,
  files_error: "",
};

const frame = (view: unknown) => JSON.stringify({ type: "view", view });

describe("frames from the server", () => {
  it("with a candidate's view have no private part", () => {
    const parsed = parseFrame(frame(VIEW));
    expect(parsed).toEqual({ type: "view", view: VIEW });
  });

  it("may say more than this page knows", () => {
    const parsed = parseFrame(frame({ ...VIEW, weather: "fine" }));
    expect(parsed).toEqual({ type: "view", view: VIEW });
  });

  it.each([
    ["another stage", { ...VIEW, stage: "intermission" }, /view\.stage/],
    ["a missing clock", { ...VIEW, clock: undefined }, /view\.clock/],
    ["a run of a kind unknown", { ...VIEW, runs: [{ id: 1, kind: "shell" }] }, /view\.runs\[0\]\.kind/],
  ])("with %s are refused, naming the path", (_name, view, path) => {
    expect(() => parseFrame(frame(view))).toThrow(path);
  });

  it.each([
    "",
    "[]",
    "null",
    '{"type":"command"}',
    '{"type":"outputs","run":1,"from":0,"outputs":[{"kind":"script"}]}',
  ])("like %s are refused", (text) => {
    expect(() => parseFrame(text)).toThrow(Mismatch);
  });
});
