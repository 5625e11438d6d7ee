import { describe, expect, it } from "vitest";

import { nameOf, partsOf, textOf } from "../src/room/pieces";

/** As the sandbox sends it: a character for each byte. */
const sent = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

describe("the bytes of a token", () => {
  it("are text where they are text, with blanks apart", () => {
    expect(partsOf(sent(" re"))).toEqual([
      { kind: "space", text: " " },
      { kind: "text", text: "re" },
    ]);
    expect(partsOf(sent("\n    größe\t"))).toEqual([
      { kind: "newline", text: "\n" },
      { kind: "space", text: "    " },
      { kind: "text", text: "größe" },
      { kind: "tab", text: "\t" },
    ]);
  });

  it("are hex where they are part of a character only", () => {
    expect(partsOf("\xc3")).toEqual([{ kind: "byte", text: "c3" }]);
    expect(partsOf("\xa9\n")).toEqual([
      { kind: "byte", text: "a9" },
      { kind: "newline", text: "\n" },
    ]);
    expect(partsOf(`a${sent("€").slice(0, 2)}b`).map((part) => part.text)).toEqual(["a", "e2", "82", "b"]);
  });

  it("are never what UTF-8 forbids", () => {
    for (const forbidden of ["\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"]) {
      expect(new Set(partsOf(forbidden).map((part) => part.kind))).toEqual(new Set(["byte"]));
    }
  });

  it("are numbers where a character can't be seen, or moves others", () => {
    for (const [hidden, shown] of [
      ["\u202e", "U+202E"],
      ["\u200b", "U+200B"],
      ["\ufeff", "U+FEFF"],
      ["\u0000", "U+0000"],
      ["\u001b", "U+001B"],
      ["\u0085", "U+0085"],
      ["\u0301", "U+0301"],
      ["\u00a0", "U+00A0"],
      ["\r", "U+000D"],
      ["\u{e0041}", "U+E0041"],
    ] as const) {
      expect(partsOf(sent(hidden))).toEqual([{ kind: "code", text: shown }]);
    }
  });

  it("have a name to be read aloud", () => {
    expect(nameOf(sent("\n   "))).toBe("newline 3 spaces");
    expect(nameOf(sent(" def"))).toBe("space def");
    expect(nameOf("\xc3")).toBe("byte c3");
  });

  it("join to the text", () => {
    expect(textOf(["d", "ef \xc3", "\xa9:\n"])).toBe("def é:\n");
    expect(textOf(["a\xc3", "\u0000", sent("\u202e")])).toBe("a\ufffd\ufffd\ufffd");
  });

  it("are all shown, whatever they are", () => {
    for (let byte = 0; byte < 256; byte += 1) {
      expect(partsOf(String.fromCharCode(byte))).toHaveLength(1);
    }
  });
});
