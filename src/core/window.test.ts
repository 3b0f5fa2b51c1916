import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forEachTap, perAxis, tapIndex, windowGeometry } from "./window.ts";

const place = (
  length: number,
  size: number,
  stride: number,
  dilation: number,
  padding: Parameters<typeof windowGeometry>[2]["padding"],
) => windowGeometry("test", [length], { size: [size], strides: [stride], dilation: [dilation], padding })[0];

describe("windowGeometry", () => {
  test.each([
    { name: "valid leaves out the rest", axis: place(28, 3, 1, 1, "valid"), out: 26, before: 0, after: 0 },
    {
      name: "valid with strides rounds down",
      axis: place(11, 2, 2, 1, "valid"),
      out: 5,
      before: 0,
      after: 0,
    },
    { name: "same keeps the size", axis: place(28, 3, 1, 1, "same"), out: 28, before: 1, after: 1 },
    {
      name: "same puts the odd pixel behind",
      axis: place(28, 4, 1, 1, "same"),
      out: 28,
      before: 1,
      after: 2,
    },
    { name: "same with strides", axis: place(7, 3, 2, 1, "same"), out: 4, before: 1, after: 1 },
    {
      name: "same never pads less than nothing",
      axis: place(8, 1, 2, 1, "same"),
      out: 4,
      before: 0,
      after: 0,
    },
    { name: "dilation widens the window", axis: place(9, 3, 1, 2, "valid"), out: 5, before: 0, after: 0 },
    { name: "pixels on every side", axis: place(5, 3, 1, 1, 2), out: 7, before: 2, after: 2 },
    { name: "pixels by side", axis: place(5, 3, 2, 1, [[0, 1]]), out: 2, before: 0, after: 1 },
  ])("$name", ({ axis, out, before, after }) => {
    expect({ out: axis.out, before: axis.before, after: axis.after }).toEqual({ out, before, after });
  });

  test("a window that does not fit is an error with the sizes and a cure", () => {
    expect(() => place(2, 3, 1, 1, "valid")).toThrow(
      'test: expected an image of at least 3 pixels along spatial axis 0, got [2]. Use padding: "same", or a smaller window.',
    );
  });

  test("padding of the wrong form is an error that shows it", () => {
    expect(() => place(5, 3, 1, 1, [1, 1])).toThrow(/got \[1,1\]/);
    expect(() => place(5, 3, 1, 1, -1)).toThrow(/got -1/);
    expect(() => place(5, 3, 1, 1, [[1, 0.5]])).toThrow(/got \[\[1,0.5\]\]/);
  });

  test("same covers every pixel and its last window begins inside", () => {
    const sizes = fc.record({
      length: fc.integer({ min: 1, max: 40 }),
      size: fc.integer({ min: 1, max: 9 }),
      stride: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(sizes, ({ length, size, stride }) => {
        const axis = place(length, size, stride, 1, "same");
        const start = (axis.out - 1) * stride - axis.before;
        return (
          axis.out === Math.ceil(length / stride) && start < length && start + size >= length - stride + 1
        );
      }),
      { seed: 1 },
    );
  });
});

describe("taps", () => {
  test("a tap in the padding has no input", () => {
    const axis = place(4, 3, 1, 1, "same");
    expect([0, 1, 2].map((k) => tapIndex(axis, 0, k))).toEqual([-1, 0, 1]);
    expect([0, 1, 2].map((k) => tapIndex(axis, 3, k))).toEqual([2, 3, -1]);
  });

  test("forEachTap visits rows, then columns, and leaves the padding out", () => {
    const window = windowGeometry("test", [2, 2], { size: [2, 2], strides: [1, 1], padding: "same" });
    const visits: number[][] = [];
    forEachTap(window, (...visit) => visits.push(visit));
    expect(visits.filter(([output]) => output === 0)).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 2, 2],
      [0, 3, 3],
    ]);
    expect(visits.filter(([output]) => output === 3)).toEqual([[3, 0, 3]]);
  });
});

describe("perAxis", () => {
  test("one number serves all axes", () => {
    expect(perAxis("test", "strides", 2, 3)).toEqual([2, 2, 2]);
  });
  test("anything else than whole numbers from 1 is refused", () => {
    for (const bad of [0, 1.5, [1], [1, 2, 3], [1, -1]]) {
      expect(() => perAxis("conv", "strides", bad, 2)).toThrow(
        /conv: expected strides to be a whole number ≥ 1, or 2 of them/,
      );
    }
  });
});
