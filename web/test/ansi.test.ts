import { describe, expect, it } from "vitest";

import { parseAnsi } from "../src/ui/ansi";

const shown = (text: string) =>
  parseAnsi(text)
    .map((span) => span.text)
    .join("");

describe("colours of a traceback", () => {
  it("become spans with classes", () => {
    expect(parseAnsi("\x1b[0;31mValueError\x1b[0m: bad")).toEqual([
      { text: "ValueError", classes: "ansi-1" },
      { text: ": bad", classes: "" },
    ]);
  });

  it("keep bold and colour together, and bright colours as their plain ones", () => {
    expect(parseAnsi("\x1b[1m\x1b[92mok")).toEqual([{ text: "ok", classes: "ansi-bold ansi-2" }]);
  });

  it("take 256 and 24 bit colours for what they are: no reset, no colour of the base set", () => {
    expect(parseAnsi("\x1b[38;5;3mx")).toEqual([{ text: "x", classes: "ansi-3" }]);
    expect(parseAnsi("\x1b[4m\x1b[38;2;1;4;7mx")).toEqual([{ text: "x", classes: "ansi-underline" }]);
  });

  it.each([
    ["cursor movement", "a\x1b[2Jb\x1b[10;10Hc"],
    ["a window title", "ab\x1b]0;owned\x07c"],
    ["a hyperlink", "ab\x1b]8;;http://x\x1b\\c"],
    ["control characters", "a\x07b\x00c"],
    ["a sequence cut short", "abc\x1b["],
  ])("drop %s", (_name, text) => {
    expect(shown(text)).toBe("abc");
  });

  it("leave markup as text", () => {
    expect(shown("<img onerror=alert(1)>")).toBe("<img onerror=alert(1)>");
  });
});
