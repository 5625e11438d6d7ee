import { describe, expect, it } from "vitest";

import { announcement, formatRemaining, remainingMs } from "../src/room/clock";

const view = (running: boolean) => ({
  clock: { minutes: 10, running, elapsed_ms: 60_000 },
  receivedAt: 1_000,
});

describe("time left", () => {
  it("runs on between two views", () => {
    expect(remainingMs(view(true), 31_000)).toBe(8.5 * 60_000);
  });
  it("stands still while the clock is paused", () => {
    expect(remainingMs(view(false), 31_000)).toBe(9 * 60_000);
  });
  it.each([
    [60_000, "1:00"],
    [59_001, "1:00"],
    [500, "0:01"],
    [0, "0:00"],
    [-61_000, "+1:01"],
  ])("%i ms reads %s", (ms, text) => {
    expect(formatRemaining(ms)).toBe(text);
  });
});

describe("announcements", () => {
  it("come once, when the time falls past 10, 5 and 1 minutes", () => {
    expect(announcement(600_500, 599_500)).toBe("10 minutes left.");
    expect(announcement(599_500, 598_500)).toBeNull();
    expect(announcement(60_100, 59_900)).toBe("1 minute left.");
  });
  it("say when the time is over, without scolding", () => {
    expect(announcement(100, -900)).toMatch(/still finish/);
  });
  it("do not come when time is added", () => {
    expect(announcement(30_000, 330_000)).toBeNull();
  });
});
