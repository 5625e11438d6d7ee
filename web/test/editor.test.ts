import { pythonLanguage } from "@codemirror/lang-python";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";

import { nextCell } from "../src/editor/cells";
import { callAt, nameAt } from "../src/editor/inspection";
import { syntaxMistakes } from "../src/editor/mistakes";

/** Parsed to its end, however slow the machine. */
function parsed(doc: string): EditorState {
  const state = EditorState.create({ doc, extensions: [pythonLanguage] });
  ensureSyntaxTree(state, doc.length, 60_000);
  return state.update({}).state;
}

/** `|` marks the cursor. */
function at(marked: string): { state: EditorState; pos: number } {
  return { state: parsed(marked.replace("|", "")), pos: marked.indexOf("|") };
}

describe("the call around the cursor", () => {
  it.each([
    ["torch.multinomial(pro|bs, 1)", "torch.multinomial", "pro"],
    ["f(g(1, |", "g", "1, "],
    ["f(g(1), |)", "f", "g(1), "],
    ["x = f(\n    a,\n    b=|", "f", "\n    a,\n    b="],
  ])("%j", (marked, name, written) => {
    const { state, pos } = at(marked);
    const call = callAt(state, pos);
    expect(call && [state.sliceDoc(call.from, call.to), call.written]).toEqual([name, written]);
  });

  it.each(["f(1)|", "|f(1)", "f|(1)", "(a, |b)", "f()(|)"])("is none in %j", (marked) => {
    const { state, pos } = at(marked);
    expect(callAt(state, pos)).toBeNull();
  });
});

describe("the name at a position", () => {
  it.each([
    ["torch.n|n.Linear", "torch.nn"],
    ["torch.nn.Lin|ear", "torch.nn.Linear"],
    ["x = ta|rget(1)", "target"],
  ])("%j", (marked, name) => {
    const { state, pos } = at(marked);
    const found = nameAt(state, pos);
    expect(found && state.sliceDoc(found.from, found.to)).toBe(name);
  });

  it.each(["'in a te|xt'", "# a com|ment", "1 |+ 2"])("is none in %j", (marked) => {
    const { state, pos } = at(marked);
    expect(nameAt(state, pos)).toBeNull();
  });
});

describe("mistakes of syntax", () => {
  const lines = (doc: string) => {
    const state = parsed(doc);
    return syntaxMistakes(state).map((one) => state.doc.lineAt(one.from).number);
  };

  it("are none in Python", () => {
    expect(lines("def f(a, *, b=1) -> int:\n    return [x async for x in a if (y := b)]\n# %% cell\nmatch x:\n    case 1: pass\n")).toEqual([]);
  });

  it("are marked on their line", () => {
    expect(lines("x = 1\ny = (2 +\n")).toContain(2);
    expect(lines("x = 1\nfor in y:\n    pass\n")).toContain(2);
  });
});

it("the next cell begins behind the one at the cursor", () => {
  const doc = EditorState.create({ doc: "a\n# %% one\nb\n# %% two\nc" }).doc;
  expect([1, 2, 3, 4, 5].map((line) => nextCell(doc, line))).toEqual([2, 4, 4, null, null]);
});
