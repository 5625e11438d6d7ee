import { describe, expect, test } from "vitest";

import { bestGamma, breakEvenBatch, MOST_DRAFTS, speedup, tokensPerCall } from "../src/whatif/model";

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
