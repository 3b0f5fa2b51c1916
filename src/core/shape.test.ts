import { describe, expect, test } from "vitest";
import { broadcastShapes, formatShape, resolveAxes, resolveAxis, stridesOf } from "./shape.ts";

describe("shapes", () => {
  test("are written as lists, the open axis as null", () => {
    expect(formatShape([8, 28, 28, 1])).toBe("[8, 28, 28, 1]");
    expect(formatShape([null, 10])).toBe("[null, 10]");
  });
  test("strides are row-major", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
  });
  test("broadcast as in NumPy", () => {
    expect(broadcastShapes("add", [4, 1, 3], [5, 1])).toEqual([4, 5, 3]);
    expect(broadcastShapes("add", [], [2])).toEqual([2]);
    expect(() => broadcastShapes("add", [2, 3], [4])).toThrow(
      "add: expected shapes that broadcast, got [2, 3] and [4].",
    );
  });
  test("axes may count from the end", () => {
    expect(resolveAxes("sum", 4, [-1, 1])).toEqual([1, 3]);
    expect(resolveAxes("sum", 2)).toEqual([0, 1]);
    expect(() => resolveAxis("sum", 2, 2)).toThrow("sum: expected an axis from -2 to 1, got 2.");
  });
});
