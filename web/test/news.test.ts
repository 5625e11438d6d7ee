import { describe, expect, it } from "vitest";

import { news, type Seen } from "../src/room/news";

const person = (name: string, online: boolean) => ({ role: "interviewer", name, online, tabs: online ? 1 : 0 });
const seen = (changes: Partial<Record<keyof Seen, unknown>> = {}): Seen =>
  ({ stage: "lobby", people: [], runs: [], tests: null, submission: null, judgements: [], ...changes }) as Seen;

describe("what is said of a change", () => {
  it("is nothing when nothing changed", () => {
    expect(news(seen(), seen())).toBe("");
  });
  it("names the stage", () => {
    expect(news(seen(), seen({ stage: "filter" }))).toBe("The stage is now: Review.");
  });
  it("names who comes and who goes", () => {
    const [here, gone] = [seen({ people: [person("Robin", true)] }), seen({ people: [person("Robin", false)] })];
    expect(news(gone, here)).toBe("Robin is here.");
    expect(news(here, gone)).toBe("Robin has left.");
  });
  it("tells once how a run ended", () => {
    const run = { id: 1, kind: "file", label: "specdec.py", outcome: null };
    const running = seen({ runs: [run] });
    const ended = seen({ runs: [{ ...run, outcome: "error" }] });
    expect(news(running, ended)).toBe("specdec.py ended with an error.");
    expect(news(ended, ended)).toBe("");
  });
  it("counts the tests that pass", () => {
    const cases = [{ outcome: "passed" }, { outcome: "failed" }];
    const running = seen({ tests: { running: true, error: "", cases: [] } });
    expect(news(running, seen({ tests: { running: false, error: "", cases } }))).toBe("1 of 2 tests pass.");
  });
  it("tells of a submission and of the judge", () => {
    expect(news(seen(), seen({ submission: { sha256: "0", at: 0 } }))).toBe("The work was submitted.");
    expect(news(seen(), seen({ judgements: [{ state: "judged" }] }))).toBe("The judge has finished.");
  });
});
