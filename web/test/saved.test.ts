import { describe, expect, it } from "vitest";

import { Ledger } from "../src/saved";

describe("the saved indicator", () => {
  it("waits for the first answer of the server", () => {
    const ledger = new Ledger();
    ledger.asked();
    expect(ledger.settled).toBe(false);
    ledger.answered();
    expect(ledger.settled).toBe(true);
  });

  it("waits until every update that left is acknowledged", () => {
    const ledger = new Ledger();
    ledger.asked();
    ledger.answered();
    ledger.sent();
    ledger.sent();
    ledger.saved(1);
    expect(ledger.settled).toBe(false);
    ledger.saved(2);
    expect(ledger.settled).toBe(true);
  });

  it("takes an answered question for all that left before the question, and for nothing after it", () => {
    const ledger = new Ledger();
    ledger.sent();
    ledger.asked();
    ledger.sent();
    ledger.answered();
    expect(ledger.settled).toBe(false);
    ledger.saved(2);
    expect(ledger.settled).toBe(true);
  });
});
