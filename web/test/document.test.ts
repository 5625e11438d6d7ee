import { describe, expect, it } from "vitest";
import * as Y from "yjs";

import {
  addComment,
  addFile,
  comments,
  deleteComment,
  fileNames,
  filesOf,
  nameProblem,
  renameFile,
  replaceText,
} from "../src/room/document";

describe("files", () => {
  const doc = new Y.Doc();
  addFile(doc, "specdec.py", "x = 1\n");
  addFile(doc, "draft.py");

  it("list the entry file first", () => {
    expect(fileNames(doc, "specdec.py")).toEqual(["specdec.py", "draft.py"]);
  });

  it.each(["draft.txt", "../x.py", "1.py", "a b.py", ".py", "draft.py"])("may not be called %s", (name) => {
    expect(nameProblem(doc, name)).not.toBeNull();
  });

  it("keep their text under a new name", () => {
    renameFile(doc, "specdec.py", "main.py");
    expect(filesOf(doc).get("main.py")?.toString()).toBe("x = 1\n");
    expect(filesOf(doc).has("specdec.py")).toBe(false);
  });
});

describe("comments", () => {
  it("come by line, then by age", () => {
    const doc = new Y.Doc();
    addComment(doc, 9, 1);
    addComment(doc, 2, 3);
    addComment(doc, 2, 2);
    expect(comments(doc).map(({ line, at }) => [line, at])).toEqual([
      [2, 2],
      [2, 3],
      [9, 1],
    ]);
  });

  it("of another shape are left out", () => {
    const doc = new Y.Doc();
    doc.getMap("comments").set("odd", new Y.Map([["line", "seven"]]));
    expect(comments(doc)).toEqual([]);
  });

  it("can be deleted", () => {
    const doc = new Y.Doc();
    deleteComment(doc, addComment(doc, 1, 1));
    expect(comments(doc)).toEqual([]);
  });
});

describe("editing a text box", () => {
  it("changes only what differs, so that two writers do not undo each other", () => {
    const ours = new Y.Doc();
    const theirs = new Y.Doc();
    ours.getText("summary").insert(0, "slow server");
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(ours));
    replaceText(ours.getText("summary"), "slow web server");
    replaceText(theirs.getText("summary"), "slow server!");
    Y.applyUpdate(ours, Y.encodeStateAsUpdate(theirs));
    expect(ours.getText("summary").toString()).toBe("slow web server!");
  });

  it.each([
    ["", "a"],
    ["aa", "a"],
    ["aaa", "aabaa"],
    ["abc", ""],
    ["abab", "ab"],
  ])("turns %j into %j", (before, after) => {
    const text = new Y.Doc().getText("t");
    text.insert(0, before);
    replaceText(text, after);
    expect(text.toString()).toBe(after);
  });
});
