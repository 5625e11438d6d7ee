import { describe, expect, test } from "vitest";

import { batchPressure, inWords, lastThatPays, nearestCurve } from "../src/whatif/measured";
import { bestGamma, breakEvenBatch, MOST_DRAFTS, speedup, tokensPerCall } from "../src/whatif/model";
import { overBatch } from "../src/whatif/plots";

const setting = { alpha: 0.8, gamma: 4, cost: 0.1, batch: 1, ridge: 256 };

describe("tokens a target call", () => {
  test("is the sum of the chances that each drafted position is reached", () => {
    expect(tokensPerCall(0.5, 3)).toBeCloseTo(1 + 0.5 + 0.25 + 0.125, 12);
  });
  test("is one without drafts or without acceptance, and the whole block when all is accepted", () => {
    expect(tokensPerCall(0.9, 0)).toBeCloseTo(1, 12);
    expect(tokensPerCall(0, 8)).toBe(1);
    expect(tokensPerCall(1, 8)).toBe(9);
  });
});

describe("speed-up", () => {
  test("at batch 1 is the textbook's", () => {
    expect(speedup(setting)).toBeCloseTo((1 - 0.8 ** 5) / (0.2 * (4 * 0.1 + 1)), 12);
  });
  test("without drafts is 1 at any batch", () => {
    for (const batch of [1, 32, 1000]) expect(speedup({ ...setting, gamma: 0, batch })).toBeCloseTo(1, 12);
  });
  test("falls below 1 once arithmetic is what costs", () => {
    expect(speedup({ ...setting, batch: 256 })).toBeLessThan(1);
  });
});

describe("the best number of drafts", () => {
  test("beats every other", () => {
    const best = bestGamma(setting);
    for (let gamma = 0; gamma <= MOST_DRAFTS; gamma += 1)
      expect(speedup({ ...setting, gamma })).toBeLessThanOrEqual(speedup({ ...setting, gamma: best }) + 1e-12);
  });
  test("is none when a draft costs more than it saves", () => {
    expect(bestGamma({ ...setting, alpha: 0.3, cost: 0.5 })).toBe(0);
  });
});

describe("the batch up to which it pays", () => {
  test("is where the speed-up crosses 1", () => {
    const batch = breakEvenBatch(setting);
    expect(batch).not.toBeNull();
    expect(speedup({ ...setting, batch: batch ?? 0 })).toBeGreaterThan(1);
    expect(speedup({ ...setting, batch: (batch ?? 0) + 1 })).toBeLessThanOrEqual(1);
  });
  test("is none where it never pays", () => {
    expect(breakEvenBatch({ ...setting, alpha: 0.1, cost: 0.5 })).toBeNull();
  });
});

describe("what was measured of batches", () => {
  const curve = (gamma: number, ...speedups: number[]) => ({
    gamma,
    tokens_per_round: 3,
    speedup: speedups,
    tokens_per_s: speedups.map((one) => one * 10),
  });
  const found = {
    kind: "measured" as const,
    name: "a pair, measured",
    what: "a pair on a machine",
    context: 128,
    batches: [1, 4, 16],
    plain_tokens_per_s: [10, 10, 10],
    curves: [curve(2, 1.5, 1.2, 1.01), curve(4, 2, 1.1, 0.8), curve(8, 0.9, 0.8, 0.7)],
  };

  test("parses as the server sends it", () => {
    expect(batchPressure({ results: [found] }, "")).toEqual({ results: [found] });
  });
  test("is shown at the nearest number of drafts", () => {
    expect([0, 3, 5, 16].map((gamma) => nearestCurve(found, gamma)?.gamma)).toEqual([2, 2, 4, 8]);
  });
  test("pays up to the last batch before the curve falls below plain decoding", () => {
    expect(found.curves.map((one) => lastThatPays(found, one))).toEqual([16, 4, null]);
    expect(found.curves.map((one) => inWords(found, one))).toEqual([
      "2 draft tokens (3.00 tokens a target call) still pay at a batch of 16, the largest tried.",
      "4 draft tokens (3.00 tokens a target call) pay up to a batch of 4.",
      "8 draft tokens (3.00 tokens a target call) do not pay at any batch.",
    ]);
  });
  test("lies over the model's curve, batch for batch", () => {
    const plot = overBatch(setting, found, nearestCurve(found, 4));
    expect(plot.series.map((one) => one.name)).toEqual(["expected, 4 draft tokens", "measured, 4 draft tokens"]);
    expect(plot.series[1]?.x.map((at) => plot.x_ticks[at])).toEqual(["1", "4", "16"]);
    expect(plot.series[1]?.y).toEqual([2, 1.1, 0.8]);
  });
  test("leaves the model alone where there is none", () => {
    expect(overBatch(setting, null, null).series).toHaveLength(1);
  });
});
