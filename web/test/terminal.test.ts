import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { MAX_CHARACTERS, TerminalFeed } from "../src/terminal/feed";
import { Typing } from "../src/terminal/typing";

describe("what a terminal has shown", () => {
  it("is there for a screen that opens later, which then hears what comes", () => {
    const feed = new TerminalFeed();
    feed.receive("one ", true);
    feed.receive("two ", false);
    const heard: [string, boolean][] = [];
    const stop = feed.follow((text, reset) => heard.push([text, reset]));
    feed.receive("three", false);
    feed.receive("anew", true);
    stop();
    feed.receive("unheard", false);
    expect(heard).toEqual([["one two ", true], ["three", false], ["anew", true]]);
  });

  it("is bounded: the oldest gives way", () => {
    const feed = new TerminalFeed();
    for (let i = 0; i < 100; i++) feed.receive("x".repeat(10_000), false);
    let all = "";
    feed.follow((text) => (all = text));
    expect(all.length).toBe(MAX_CHARACTERS);
    expect(feed.empty).toBe(false);
  });
});

describe("what is typed", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("goes at once, then together, in its order", () => {
    const sent: string[] = [];
    const typing = new Typing((text) => sent.push(text));
    for (const letter of "abc") typing.type(letter);
    expect(sent).toEqual(["a"]);
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual(["a", "bc"]);
    typing.type("d");
    expect(sent).toEqual(["a", "bc", "d"]);
  });

  it("is cut into frames that the server takes, and nothing is lost", () => {
    const sent: string[] = [];
    const typing = new Typing((text) => sent.push(text));
    typing.type("x".repeat(40_000));
    vi.advanceTimersByTime(1_000);
    expect(sent.map((text) => text.length)).toEqual([16_000, 16_000, 8_000]);
  });
});
