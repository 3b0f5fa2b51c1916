import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cos, exp, log, pow, sin } from "./math.ts";
import { erf, expm1, log1p, sigmoid, softplus, tanh } from "./special-functions.ts";

/** Distance in units of the last place of the expected number. */
function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  const unit = 2 ** (Math.max(-1022, Math.floor(Math.log2(Math.abs(expected)))) - 52);
  return Math.abs(actual - expected) / unit;
}

const within = (
  limit: number,
  ours: (x: number) => number,
  engine: (x: number) => number,
  min: number,
  max: number,
) =>
  fc.assert(
    fc.property(fc.double({ min, max, noNaN: true }), (x) => ulps(ours(x), engine(x)) <= limit),
    { numRuns: 3000, seed: 1 },
  );

describe("elementary functions agree with the engine's to the last places", () => {
  test("exp", () => within(2, exp, Math.exp, -700, 700));
  test("log", () => within(2, log, Math.log, 1e-300, 1e300));
  test("tanh", () => within(4, tanh, Math.tanh, -20, 20));
  test("sigmoid", () => within(4, sigmoid, (x) => 1 / (1 + Math.exp(-x)), -30, 30));
  test("expm1", () => within(4, expm1, Math.expm1, -30, 30));
  test("log1p", () => within(4, log1p, Math.log1p, -0.99, 1e10));
  test("expm1 and log1p of the smallest numbers", () => {
    for (const x of [1e-300, -1e-20, 1e-9]) {
      expect(ulps(expm1(x), Math.expm1(x))).toBeLessThanOrEqual(4);
      expect(ulps(log1p(x), Math.log1p(x))).toBeLessThanOrEqual(4);
    }
    expect([expm1(-Infinity), log1p(-1), log1p(Infinity)]).toEqual([-1, -Infinity, Infinity]);
  });
  test("softplus", () => within(4, softplus, (x) => Math.log1p(Math.exp(x)), -30, 30));
  test("softplus does not overflow", () => expect([softplus(1e4), softplus(-1e4)]).toEqual([1e4, 0]));
  /* Abramowitz and Stegun, table 7.1, and 20 digits of it by mpmath. */
  test.each([
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.9, 0.9999589021219005],
    [3.1, 0.9999883513426328],
    [5, 0.9999999999984626],
  ])("erf(%f)", (x, expected) => {
    expect(ulps(erf(x), expected)).toBeLessThanOrEqual(8);
    expect(erf(-x)).toBe(-erf(x));
  });
  test("sin and cos, except where they cross zero", () => {
    for (const [ours, engine] of [
      [sin, Math.sin],
      [cos, Math.cos],
    ] as const) {
      fc.assert(
        fc.property(
          fc.double({ min: -1000, max: 1000, noNaN: true }),
          (x) => Math.abs(ours(x) - engine(x)) < 4e-16,
        ),
        { numRuns: 3000, seed: 1 },
      );
    }
  });
  test("pow, whole and broken exponents", () => {
    within(
      8,
      (x) => pow(x, 7),
      (x) => x ** 7,
      0.1,
      10,
    );
    within(
      32,
      (x) => pow(x, 2.5),
      (x) => x ** 2.5,
      0.01,
      100,
    );
    within(
      64,
      (x) => pow(0.999, Math.floor(x)),
      (x) => 0.999 ** Math.floor(x),
      1,
      20000,
    );
  });
});

describe("elementary functions at the ends of their range", () => {
  test("exp overflows to infinity and underflows through subnormal numbers to zero", () => {
    expect(exp(710)).toBe(Infinity);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(-744)).toBe(Math.exp(-744));
    expect(exp(Number.NaN)).toBeNaN();
  });
  test("log of zero, negative, infinite and subnormal numbers", () => {
    expect(log(0)).toBe(-Infinity);
    expect(log(-1)).toBeNaN();
    expect(log(Infinity)).toBe(Infinity);
    expect(ulps(log(5e-324), Math.log(5e-324))).toBeLessThan(2);
  });
  test("tanh and sigmoid saturate", () => {
    expect(tanh(50)).toBe(1);
    expect(tanh(-50)).toBe(-1);
    expect(tanh(0)).toBe(0);
    expect(sigmoid(800)).toBe(1);
    expect(sigmoid(-800)).toBe(0);
  });
  test("pow of zero and to negative powers", () => {
    expect(pow(0, 0.5)).toBe(0);
    expect(pow(0, -0.5)).toBe(Infinity);
    expect(pow(2, -3)).toBe(0.125);
    expect(pow(-2, 3)).toBe(-8);
  });
});
