import { describe, expect, test } from "vitest";
import { createRandom } from "../core/random.ts";
import { type InitializerName, initializerOf } from "./table.ts";
import { fans } from "./variance-scaling.ts";

const shape = [3, 3, 32, 64];
const { fanIn, fanOut } = fans(shape);

function momentsOf(name: InitializerName): { mean: number; variance: number; most: number } {
  const numbers = initializerOf("test", name).create(shape, createRandom(1, name));
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  return { mean, variance, most: numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
}

describe("variance scaling", () => {
  test.each([
    { name: "glorotUniform", variance: 2 / (fanIn + fanOut), limit: Math.sqrt(6 / (fanIn + fanOut)) },
    {
      name: "glorotNormal",
      variance: 2 / (fanIn + fanOut),
      limit: (2 * Math.sqrt(2 / (fanIn + fanOut))) / 0.8796,
    },
    { name: "heUniform", variance: 2 / fanIn, limit: Math.sqrt(6 / fanIn) },
    { name: "heNormal", variance: 2 / fanIn, limit: (2 * Math.sqrt(2 / fanIn)) / 0.8796 },
    { name: "lecunUniform", variance: 1 / fanIn, limit: Math.sqrt(3 / fanIn) },
    { name: "lecunNormal", variance: 1 / fanIn, limit: (2 * Math.sqrt(1 / fanIn)) / 0.8796 },
  ] as const)("$name has its variance and its limit", ({ name, variance, limit }) => {
    const moments = momentsOf(name);
    expect(Math.abs(moments.mean)).toBeLessThan(Math.sqrt(variance) / 30);
    expect(moments.variance / variance).toBeCloseTo(1, 1);
    expect(moments.most).toBeLessThanOrEqual(limit * 1.0001);
    expect(moments.most).toBeGreaterThan(limit * 0.9);
  });

  test("a dense kernel and a vector have fans too", () => {
    expect(fans([784, 128])).toEqual({ fanIn: 784, fanOut: 128 });
    expect(fans([10])).toEqual({ fanIn: 10, fanOut: 10 });
  });
});

describe("constants and names", () => {
  test("zeros, ones, a number", () => {
    const make = (choice: Parameters<typeof initializerOf>[1]) => [
      ...initializerOf("test", choice).create([2], createRandom(1, "")),
    ];
    expect(make("zeros")).toEqual([0, 0]);
    expect(make("ones")).toEqual([1, 1]);
    expect(make({ name: "constant", value: 0.5 })).toEqual([0.5, 0.5]);
  });
  test("unknown names and options are refused", () => {
    expect(() => initializerOf("dense", "he_nromal" as never)).toThrow('Did you mean "heNormal"?');
    expect(() => initializerOf("dense", { name: "constant", values: 1 })).toThrow('Did you mean "value"?');
  });
});
