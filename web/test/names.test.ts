import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Text } from "@codemirror/state";

import { LONGEST, marksOf, MOST_MARKS, Names, type Answer, type Finding, type Port, type Question } from "../src/editor/names";

const finding = (row: number, column: number, toRow: number, toColumn: number): Finding => ({
  code: "F821",
  message: "Undefined name `x`",
  from: { row, column },
  to: { row: toRow, column: toColumn },
});

class FakePort implements Port {
  asked: Question[] = [];
  ended = false;
  onmessage: Port["onmessage"] = null;
  onerror: Port["onerror"] = null;
  postMessage(question: Question): void {
    this.asked.push(question);
  }
  terminate(): void {
    this.ended = true;
  }
  answer(answer: Answer): void {
    this.onmessage?.({ data: answer } as MessageEvent<Answer>);
  }
}

describe("marks of names", () => {
  const doc = Text.of(["import os", "print(x)", "𝛼 = y"]);

  it("stand where the checker found them, in UTF-16 code units", () => {
    expect(marksOf(doc, [finding(2, 7, 2, 8)])).toEqual([
      { from: 16, to: 17, severity: "warning", source: "F821", message: "Undefined name `x`" },
    ]);
    expect(marksOf(doc, [finding(3, 6, 3, 7)]).map(({ from, to }) => doc.sliceString(from, to))).toEqual(["y"]);
  });

  it("that lie outside of the text are left out or end with their line", () => {
    expect(marksOf(doc, [finding(0, 1, 1, 1), finding(9, 1, 9, 2), finding(2, 0, 2, 1), finding(2, 5, 2, 2)])).toEqual([]);
    expect(marksOf(doc, [finding(1, 1, 1, 99)])).toMatchObject([{ from: 0, to: 9 }]);
  });

  it("are bounded", () => {
    expect(marksOf(doc, Array.from({ length: 500 }, () => finding(1, 1, 1, 2)))).toHaveLength(MOST_MARKS);
  });
});

describe("the checker", () => {
  let ports: FakePort[];
  let names: Names;
  beforeEach(() => {
    vi.useFakeTimers();
    ports = [];
    names = new Names(() => {
      const port = new FakePort();
      ports.push(port);
      return port;
    });
  });
  afterEach(() => vi.useRealTimers());

  it("is started when it is first asked, and answers each question by its number", async () => {
    expect(ports).toHaveLength(0);
    const [first, second] = [names.check("a"), names.check("b")];
    const [port] = ports;
    expect(port?.asked.map(({ text }) => text)).toEqual(["a", "b"]);
    const found = [finding(1, 1, 1, 2)];
    port?.answer({ id: port.asked[1]!.id, findings: found });
    port?.answer({ id: port.asked[0]!.id, findings: [] });
    expect(await second).toEqual(found);
    expect(await first).toEqual([]);
    expect(ports).toHaveLength(1);
  });

  it("is ended when it does not answer, and given up after the second time", async () => {
    for (const tries of [1, 2]) {
      const asked = names.check("while True: pass");
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await asked).toEqual([]);
      expect(ports.map(({ ended }) => ended)).toEqual(Array.from({ length: tries }, () => true));
    }
    expect(await names.check("again")).toEqual([]);
    expect(ports).toHaveLength(2);
  });

  it("that answered once has less time for the next", async () => {
    const first = names.check("a");
    ports[0]?.answer({ id: 1, findings: [] });
    await first;
    const second = names.check("b");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await second).toEqual([]);
    expect(ports[0]?.ended).toBe(true);
  });

  it("that cannot start leaves everybody without marks", async () => {
    const asked = names.check("a");
    ports[0]?.onerror?.({} as ErrorEvent);
    expect(await asked).toEqual([]);
  });

  it("is not asked about a text without end", async () => {
    expect(await names.check("x".repeat(LONGEST + 1))).toEqual([]);
    expect(ports).toHaveLength(0);
  });
});

describe("what is marked", () => {
  it("is what pyflakes would say, and nothing of taste", async () => {
    const { default: init, PositionEncoding, Workspace } = await import("@astral-sh/ruff-wasm-web");
    const { OPTIONS } = await import("../src/editor/rules");
    const { readFile } = await import(/* @vite-ignore */ NODE_FILES);
    await init({ module_or_path: await readFile("node_modules/@astral-sh/ruff-wasm-web/ruff_wasm_bg.wasm") });
    const workspace = new Workspace(OPTIONS, PositionEncoding.Utf16);
    const codes = (text: string) => (workspace.check(text) as { code: string }[]).map(({ code }) => code).sort();
    expect(codes("import os\n\n\ndef f():\n    x = 1\n    return y\n")).toEqual(["F401", "F821", "F841"]);
    expect(codes("from m import *\nx=1;y =2 # no style\nprint(z)\n")).toEqual([]);
    expect(codes("# %% a cell\nimport torch\n\n# %% another\nprint(torch.ones(1))\n")).toEqual([]);
  });
});

const NODE_FILES = "node:fs/promises";
