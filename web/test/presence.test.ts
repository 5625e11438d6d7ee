import { afterEach, expect, test } from "vitest";
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from "y-protocols/awareness";
import * as Y from "yjs";

import { forgetOthers } from "../src/presence";

const mine = new Awareness(new Y.Doc());
const theirs = new Awareness(new Y.Doc());

afterEach(() => {
  mine.destroy();
  theirs.destroy();
});

test("whoever has not moved meanwhile is seen again after a lost connection", () => {
  theirs.setLocalState({ file: "specdec.py" });
  mine.setLocalState({ file: "scratch.py" });
  const told = encodeAwarenessUpdate(theirs, [theirs.clientID]);
  applyAwarenessUpdate(mine, told, "server");

  forgetOthers(mine, "connection");
  expect([...mine.getStates().keys()]).toEqual([mine.clientID]);

  applyAwarenessUpdate(mine, told, "server");
  expect(mine.getStates().get(theirs.clientID)).toEqual({ file: "specdec.py" });
});
