import { describe, expect, it } from "vitest";

import { frameDocument, frameHeight } from "../src/room/htmlFrame";
import { leftOut, SHOWN_LINES } from "../src/room/longText";

describe("a long output", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n}\n`).join("");

  it("is shown whole when it is a little longer than a screen", () => {
    expect(leftOut(lines(SHOWN_LINES + 20))).toEqual({ lines: 0, start: 0 });
  });

  it.each(["", "no line end"])("shows its last lines, from the beginning of one (%j at the end)", (end) => {
    const text = lines(1000) + end;
    const { lines: hidden, start } = leftOut(text);
    expect(text.slice(start).startsWith(`line ${hidden}\n`)).toBe(true);
    expect(text.slice(start).split("\n").filter(Boolean)).toHaveLength(SHOWN_LINES);
  });
});

describe("a frame for HTML from the code", () => {
  it("carries a policy before the first byte of the code's", () => {
    const page = frameDocument("<b>x</b>", { ink: "black", paper: "white", line: "grey" });
    expect(page.indexOf("default-src 'none'")).toBeGreaterThan(0);
    expect(page.indexOf("default-src 'none'")).toBeLessThan(page.indexOf("<b>x</b>"));
  });

  it("is as high as its table seems, within bounds", () => {
    expect(frameHeight("<table>" + "<tr><td>1</td></tr>".repeat(5) + "</table>")).toBe(24 + 5 * 27);
    expect(frameHeight("x")).toBe(60);
    expect(frameHeight("<tr>".repeat(10_000))).toBe(420);
  });
});
