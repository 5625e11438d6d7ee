import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";

import { cellAt } from "../src/editor/cells";
import { route } from "../src/routes";
import { figure } from "../src/ui/figures";
import { renderMarkdown } from "../src/ui/markdown";
import { align } from "../src/ui/plotData";

describe("addresses", () => {
  it.each([
    ["/", { page: "home" }],
    ["/join/abc", { page: "join", token: "abc" }],
    ["/room/i1", { page: "candidate", interview: "i1" }],
    ["/room/i1/interviewer", { page: "interviewer", interview: "i1" }],
    ["/report/i1", { page: "report", interview: "i1" }],
    ["/room", { page: "unknown" }],
    ["/room/i1/host", { page: "unknown" }],
    ["/report/i1/x/y", { page: "unknown" }],
  ])("%s", (path, to) => {
    expect(route(path)).toEqual(to);
  });
});

describe("cells", () => {
  const doc = Text.of(["import torch", "# %% one", "a", "#%% two", "b"]);
  it.each([
    [1, { from: 1, to: 1 }],
    [2, { from: 2, to: 3 }],
    [3, { from: 2, to: 3 }],
    [5, { from: 4, to: 5 }],
  ])("line %i is in %o", (line, cell) => {
    expect(cellAt(doc, line)).toEqual(cell);
  });
});

describe("Markdown", () => {
  it("never lets HTML through", () => {
    expect(renderMarkdown("<script>x</script> <b onclick=y>z</b>")).not.toMatch(/<(script|b)\b/);
  });
  it("refuses addresses that run code", () => {
    expect(renderMarkdown("[x](javascript:alert(1))")).not.toContain("href");
  });
  it("sets mathematics between dollars, and leaves prices alone", () => {
    expect(renderMarkdown("with $\\gamma$ tokens")).toContain("katex");
    expect(renderMarkdown("from $5 to $10")).not.toContain("katex");
  });
  it("sets display mathematics inside of a list item", () => {
    expect(renderMarkdown("1. Keep with\n\n   $$\n   \\min(1, x)\n   $$\n")).toMatch(
      /<li>[\s\S]*katex-display/,
    );
  });
  it("does not look for mathematics in code", () => {
    expect(renderMarkdown("`$x$`")).not.toContain("katex");
  });
});

describe("figures", () => {
  it.each([
    [0, "0"],
    [1024, "1,024"],
    [0.70213, "0.702"],
    [0.00001234, "1.23e-5"],
    [31_000_000, "3.1e7"],
    [1e-5, "1e-5"],
  ])("%d reads %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe("a plot's series", () => {
  it("share one x axis, with gaps where one has no point", () => {
    const series = [
      { name: "a", x: [1, 4], y: [10, 40] },
      { name: "b", x: [2, 4], y: [2, 4] },
    ];
    expect(align({ series })).toEqual({
      x: [1, 2, 4],
      y: [
        [10, null, 40],
        [null, 2, 4],
      ],
    });
  });
});
