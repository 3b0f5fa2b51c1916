import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Lifetime, planMemory } from "./memory-plan.ts";

const lifetimes = fc.array(
  fc
    .record({
      byteLength: fc.integer({ min: 1, max: 5000 }),
      first: fc.integer({ min: -1, max: 20 }),
      length: fc.nat({ max: 8 }),
    })
    .map(({ byteLength, first, length }): Lifetime => ({ byteLength, first, last: first + length })),
  { maxLength: 40 },
);

describe("planMemory", () => {
  test("buffers that live at the same time never overlap, and end inside", () => {
    fc.assert(
      fc.property(lifetimes, fc.constantFrom(0, 64), (all, guardBytes) => {
        const { offsets, byteLength } = planMemory(all, guardBytes);
        for (const [i, a] of all.entries()) {
          if (offsets[i] + a.byteLength + guardBytes > byteLength || offsets[i] % 64 !== 0) return false;
          for (const [j, b] of all.entries()) {
            if (i >= j || a.last < b.first || b.last < a.first) continue;
            const apart =
              offsets[i] + a.byteLength + guardBytes <= offsets[j] ||
              offsets[j] + b.byteLength + guardBytes <= offsets[i];
            if (!apart) return false;
          }
        }
        return true;
      }),
      { seed: 1 },
    );
  });

  test("a chain of equal buffers needs two of them", () => {
    const chain = Array.from({ length: 10 }, (_, i) => ({ byteLength: 640, first: i, last: i + 1 }));
    expect(planMemory(chain).byteLength).toBe(1280);
  });
});
