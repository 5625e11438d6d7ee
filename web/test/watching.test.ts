import { describe, expect, it } from "vitest";

import { givenBack, watchedBy } from "../src/room/watching";

const person = (name: string, role: string, online = true) => ({
  author: name,
  role,
  name,
  color: "#000000",
  online,
  tabs: Number(online),
});
const people = [person("Casey", "candidate"), person("Robin", "interviewer"), person("Sam", "watcher")];
const NONE = { asked: null, until: null };

describe("the candidate is told", () => {
  it("who watches, and how many", () => {
    expect(watchedBy({ people, focus: NONE })).toBe("2 are watching: Robin, Sam");
    expect(watchedBy({ people: people.slice(0, 2), focus: NONE })).toBe("Robin is watching");
    expect(watchedBy({ people: [person("Robin", "interviewer", false)], focus: NONE })).toBe(
      "Nobody is watching",
    );
  });
  it("that nobody does, during a focus block", () => {
    expect(watchedBy({ people, focus: { asked: null, until: 1 } })).toMatch(/^Nobody is watching: focus/);
  });
});

describe("time given back", () => {
  it("says how much, and why, each reason once", () => {
    const credit = { began: 0, over: true };
    expect(
      givenBack([
        { ...credit, causes: ["server", "connection"], lost_ms: 61_000 },
        { ...credit, causes: ["server"], lost_ms: 4_000 },
      ]),
    ).toBe("1:05 given back: the server was down, the connection was lost");
    expect(givenBack([])).toBeNull();
  });
});
