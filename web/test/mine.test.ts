import { describe, expect, it } from "vitest";

import { mine as parse, type Mine } from "../src/mine/shape";
import { standing, waits } from "../src/mine/words";
import { route } from "../src/routes";

const MINE: Mine = {
  id: "i1",
  candidate_name: "Casey",
  interviewer_name: "Robin",
  created_at: 1,
  finished: true,
  consented_at: 2,
  recorded: ["The chat."],
  kept: "All of it is kept.",
  deleted_at: null,
  decision: null,
  contests: [],
  can_contest: false,
  deletion_asked_at: null,
};
const DECISION = { outcome: "stop", reason: "r", name: "Robin", at: 3, total: 4, marks: [], verdicts: [] } as const;

describe("the candidate's own page", () => {
  it("has an address of its own", () => {
    expect(route("/mine/i1")).toEqual({ page: "mine", interview: "i1" });
    expect(route("/mine")).toEqual({ page: "unknown" });
  });

  it("says where the interview stands", () => {
    expect(standing({ ...MINE, finished: false })).toMatch(/not over/);
    expect(standing(MINE)).toMatch(/Nothing has been decided/);
    expect(standing({ ...MINE, decision: { ...DECISION, marks: [], verdicts: [] } })).toBe("You do not go on.");
    const onward = { ...DECISION, outcome: "go on" as const, marks: [], verdicts: [] };
    expect(standing({ ...MINE, decision: onward })).toMatch(/next step/);
  });

  it("knows when somebody owes an answer", () => {
    const answer = { at: 2, name: "Robin", text: "I looked." };
    expect(waits({ contests: [{ at: 1, text: "t", answer }] })).toBe(false);
    expect(waits({ contests: [{ at: 1, text: "t", answer }, { at: 3, text: "u", answer: null }] })).toBe(true);
  });

  it("refuses an outcome that is none", () => {
    expect(parse(MINE, "")).toEqual(MINE);
    expect(() => parse({ ...MINE, decision: { ...DECISION, outcome: "perhaps" } }, "")).toThrow(/decision.outcome/);
  });
});
