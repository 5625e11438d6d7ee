import { describe, expect, it } from "vitest";

import type { Delivery } from "../src/protocol";
import { describeDelivery } from "../src/report/deliveries";

const NOW = 1_760_000_000_000;
const failed = { at: NOW - 1000, status: 503, reason: "answered 503" };
const waiting: Delivery = { id: "msg_1", endpoint: "bot", state: "waiting", due_at: NOW, attempts: [] };

describe("what the panel reads of a delivery", () => {
  it.each([
    [{ ...waiting, state: "delivered" as const }, "good", "✓ delivered"],
    [{ ...waiting, state: "gave_up" as const, attempts: [failed] }, "bad", "✕ gave up"],
    [waiting, "info", "being sent"],
    [{ ...waiting, attempts: [failed] }, "info", "being sent"],
    [{ ...waiting, attempts: [failed], due_at: NOW + 5_000 }, "warn", "failed, next try within a minute"],
    [{ ...waiting, attempts: [failed], due_at: NOW + 5 * 60_000 }, "warn", "failed, next try in 5 min"],
    [{ ...waiting, attempts: [failed], due_at: NOW + 5 * 3_600_000 }, "warn", "failed, next try in 5 h"],
  ])("%o", (delivery, tone, say) => {
    expect(describeDelivery(delivery, NOW)).toEqual({ tone, say });
  });
});
