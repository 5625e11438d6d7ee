import { describe, expect, it } from "vitest";

import type { BenchPoint } from "../src/protocol";
import { bestOf, spots } from "../src/room/benchLines";

const point = (run: number, speedup: number): BenchPoint => ({
  run,
  at: run * 1000,
  num_speculative_tokens: 4,
  acceptance_rate: null,
  tokens_per_target_call: 2,
  speedup,
});

describe("the bench, run after run", () => {
  it("is best where the speed-up is largest, of equals where it first was", () => {
    expect(bestOf([point(1, 1), point(4, 2.5), point(7, 2.5), point(9, 2)])).toBe(1);
    expect(bestOf([point(1, 0)])).toBe(0);
  });

  it("stands from left to right, larger values higher, and leaves a hole where there is none", () => {
    const [first, none, last] = spots([1, null, 2], 1);
    expect(none).toBeNull();
    expect(last?.x).toBeGreaterThan(first?.x ?? 0);
    expect(last?.y).toBeLessThan(first?.y ?? 0);
  });

  it("draws one run, and runs that gained nothing", () => {
    expect(spots([0], null)).toHaveLength(1);
    expect(spots([0, 0], null).every((spot) => spot !== null && Number.isFinite(spot.y))).toBe(true);
  });
});
