import { expect, it } from "vitest";

import type { Run } from "../src/protocol";
import { readiness } from "../src/room/readiness";

const run = (outcome: Run["outcome"]): Run => ({ id: 1, kind: "cell", label: "", at: 0, finished_at: null, outcome });
const IDLE = { state: "idle", run: null } as const;

it("what waits goes on after a run that went well, and is forgotten after one that did not", () => {
  expect(readiness(IDLE, undefined)).toBe("free");
  expect(readiness(IDLE, run("ok"))).toBe("free");
  expect(readiness(IDLE, run("error"))).toBe("failed");
  expect(readiness(IDLE, run("interrupted"))).toBe("failed");
});

it("a kernel whose last run has not been recorded yet is busy, whatever it says itself", () => {
  expect(readiness(IDLE, run(null))).toBe("busy");
  expect(readiness({ state: "busy", run: 1 }, run(null))).toBe("busy");
  expect(readiness({ state: "idle", run: 1 }, run("ok"))).toBe("busy");
});
