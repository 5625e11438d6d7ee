import { describe, expect, it } from "vitest";

import { describePool } from "../src/home/pool";

const POOL = { size: 2, ready: 0, starting: false, reason: "", retry_in_s: 0 };

describe("what the host reads of the pool", () => {
  it.each([
    [{ ...POOL, size: 0 }, "plain", "none kept ready"],
    [{ ...POOL, ready: 2 }, "good", "2 ready"],
    [{ ...POOL, ready: 1, starting: true }, "info", "1 of 2 ready, one starting"],
    [{ ...POOL, reason: "No engine.", retry_in_s: 8 }, "bad", "0 of 2 ready, next try in 8 s"],
  ])("%o", (pool, tone, say) => {
    expect(describePool(pool)).toEqual({ tone, say });
  });
});
