import { describe, expect, it } from "vitest";

import { caps, SHORTCUTS } from "../src/editor/shortcuts";
import { DEFAULTS, FONT_SIZES, parseSettings, stepFont } from "../src/settings";

describe("settings out of storage", () => {
  it.each([null, "", "{", "null", "[]", "3", '{"keymap": "nano", "fontSize": 1000, "wrap": "yes"}'])(
    "are as by default for %j",
    (stored) => expect(parseSettings(stored)).toEqual(DEFAULTS),
  );

  it("keep what was chosen", () => {
    const chosen = { keymap: "vim", fontSize: 18, wrap: true, lint: false, screenReader: true };
    expect(parseSettings(JSON.stringify(chosen))).toEqual(chosen);
  });
});

it("letters grow and shrink step by step, and stop at the ends", () => {
  expect(stepFont(14, 1)).toBe(15);
  expect(stepFont(FONT_SIZES[0] ?? 0, -1)).toBe(FONT_SIZES[0]);
  expect(stepFont(FONT_SIZES.at(-1) ?? 0, 1)).toBe(FONT_SIZES.at(-1));
});

describe("keys as a person reads them", () => {
  it.each([
    ["Mod-Shift-Enter", ["Ctrl", "Shift", "↵"], ["⌘", "⇧", "↵"]],
    ["Mod-/", ["Ctrl", "/"], ["⌘", "/"]],
    ["Escape Tab", ["Esc", "Tab"], ["Esc", "Tab"]],
    ["F1", ["F1"], ["F1"]],
  ])("%s", (key, elsewhere, mac) => {
    expect(caps(key, false)).toEqual(elsewhere);
    expect(caps(key, true)).toEqual(mac);
  });

  it("no key does two things", () => {
    const keys = SHORTCUTS.flatMap(({ shortcuts }) => shortcuts.flatMap((one) => one.keys));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
