import { describe, expect, it } from "vitest";

import { align, barSlot, intervals, stacked } from "../src/ui/plotData";

describe("align", () => {
  it("puts series with different x on one axis, with gaps where one has no point", () => {
    const series = [
      { name: "a", x: [0, 2], y: [1, 3] },
      { name: "b", x: [1, 2], y: [5, 6] },
    ];
    expect(align({ series })).toEqual({
      x: [0, 1, 2],
      y: [
        [1, null, 3],
        [null, 5, 6],
      ],
    });
  });
});

describe("barSlot", () => {
  it.each([2, 3, 4])("gives %i series places that do not overlap and are centred on x", (of) => {
    const slots = Array.from({ length: of }, (_, at) => barSlot(at, of, [0, 1, 2]));
    slots.slice(1).forEach((slot, index) => {
      const before = slots[index];
      expect(before && before.left + before.width).toBeLessThan(slot.left);
    });
    expect(slots[0]?.left).toBeCloseTo(-0.38);
    expect(slots[of - 1]!.left + slots[of - 1]!.width).toBeLessThan(0.38);
  });

  it("stays narrower than the smallest gap", () => {
    expect(barSlot(0, 1, [0, 0.5, 2]).width).toBeLessThan(0.5);
  });
});

describe("stacked", () => {
  it("puts each column on those before it, an empty place counting nothing", () => {
    expect(
      stacked([
        [1, 2, null],
        [3, null, 4],
        [1, 1, 1],
      ]),
    ).toEqual([
      [1, 2, 0],
      [4, 2, 4],
      [5, 3, 5],
    ]);
  });

  it("of nothing is nothing", () => {
    expect(stacked([])).toEqual([]);
  });
});

describe("intervals", () => {
  it("are those that the series has", () => {
    const bare = { name: "a", x: [1, 2], y: [0.5, 0.4] };
    expect(intervals(bare)).toEqual([]);
    expect(intervals({ ...bare, low: [], high: [] })).toEqual([]);
    expect(intervals({ ...bare, low: [0.4, 0.3], high: [0.6, 0.5] })).toEqual([
      { x: 1, low: 0.4, high: 0.6 },
      { x: 2, low: 0.3, high: 0.5 },
    ]);
  });
});
