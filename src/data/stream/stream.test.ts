import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataset } from "../dataset.ts";
import { type Stream, stream } from "./stream.ts";

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
/** Of unknown length. */
const counting = (length: number): Stream<number> => stream(() => count(length));

/** A stream of numbers, written as its source and what is done with it. */
type Step = readonly [name: string, apply: (numbers: Stream<number>) => Stream<number>];
const number = (max: number) => fc.integer({ min: 1, max });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  number(9).map((n): Step => [`map + ${n}`, (s) => s.map((value, i) => value * 3 + i + n, { parallel: n })]),
  number(4).map((n): Step => [`filter % ${n + 1}`, (s) => s.filter((value, i) => (value + i) % (n + 1) > 0)]),
  fc
    .tuple(number(40), number(9))
    .map(([n, seed]): Step => [`shuffle ${n}, ${seed}`, (s) => s.shuffle(n, seed)]),
  number(3).map((n): Step => [`repeat ${n}`, (s) => s.repeat(n)]),
  number(9).map((n): Step => [`repeat without end, take ${n}`, (s) => s.repeat().take(n)]),
  number(30).map((n): Step => [`take ${n}`, (s) => s.take(n)]),
  number(9).map((n): Step => [`skip ${n}`, (s) => s.skip(n)]),
  number(5).map((n): Step => [`prefetch ${n}`, (s) => s.prefetch(n)]),
  number(9).map((n): Step => [`concatenate ${n}`, (s) => s.concatenate(counting(n))]),
  number(9).map(
    (n): Step => [`zip ${n}`, (s) => s.zip(stream(count(n)).repeat()).map(([a, b]) => a * 10 + b)],
  ),
  number(3).map((n): Step => [`interleave ${n}`, (s) => s.interleave((i) => stream([i, -i]), { cycle: n })]),
  fc.constant<Step>(["cache", (s) => s.cache()]),
);
const anyPipeline = fc.record({
  length: fc.integer({ min: 0, max: 25 }),
  isKnown: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 4 }),
  from: fc.integer({ min: 0, max: 30 }),
  pass: fc.integer({ min: 0, max: 3 }),
});

describe("stream", () => {
  it("goes on from any place of any pass as if nothing had happened, and knows its length or says so", async () => {
    await fc.assert(
      fc.asyncProperty(anyPipeline, async ({ length, isKnown, steps, from, pass }) => {
        const make = () =>
          steps.reduce((s, [, apply]) => apply(s), isKnown ? stream(count(length)) : counting(length));
        const whole = await all(make().open(pass)).catch((error: unknown) => {
          /* Nothing can be repeated without end. */
          expect(String(error)).toContain("repeat: expected items");
          return undefined;
        });
        if (!whole) return;
        expect(await all(make().open(pass, from)), steps.map(([name]) => name).join(", ")).toEqual(
          whole.slice(from),
        );
        const known = make().length;
        if (known !== undefined) expect(known).toBe(whole.length);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it("takes lists, sets, generators, functions and data sets", async () => {
    async function* generator() {
      yield 1;
      yield 2;
    }
    expect(await all(stream([1, 2]))).toEqual([1, 2]);
    expect(await all(stream(new Set([1, 2])))).toEqual([1, 2]);
    expect(await all(stream(generator()))).toEqual([1, 2]);
    const twice = stream(generator);
    expect(await all(twice.repeat(2))).toEqual([1, 2, 1, 2]);
    const data = dataset({ x: Uint8Array.of(1, 2, 3, 4), y: [7, 8], sampleShape: [2] });
    expect(await all(stream(data))).toEqual([
      { x: Uint8Array.of(1, 2), y: 7 },
      { x: Uint8Array.of(3, 4), y: 8 },
    ]);
  });

  it("refuses a second pass over a generator", async () => {
    const once = stream(
      (function* () {
        yield 1;
      })(),
    );
    await all(once);
    await expect(all(once)).rejects.toThrow("Hand over the function that makes it");
  });

  it("shuffles differently in every pass, and all orders are about as likely", async () => {
    const shuffled = stream([0, 1, 2]).shuffle(3, 5);
    const seen = new Map<string, number>();
    for (let pass = 0; pass < 1200; pass++) {
      const order = (await all(shuffled.open(pass))).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    /* Each 200 times, with a deviation of √(1200 · 1/6 · 5/6) = 13. */
    for (const times of seen.values()) expect(Math.abs(times - 200)).toBeLessThan(65);
  });

  it("works on several items at once, no more than it was told, in their order", async () => {
    let active = 0;
    let most = 0;
    const slow = stream(count(20)).map(
      async (value) => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, value % 3));
        active--;
        return value;
      },
      { parallel: 4 },
    );
    expect(await all(slow)).toEqual(count(20));
    expect(most).toBe(4);
  });

  it("reads no more than is asked for, and lets go of what it reads when nobody goes on", async () => {
    let read = 0;
    let isClosed = false;
    const source = stream(function* () {
      try {
        for (;;) yield read++;
      } finally {
        isClosed = true;
      }
    });
    for await (const value of source.prefetch(3).map((n) => n, { parallel: 2 })) if (value === 5) break;
    expect(isClosed).toBe(true);
    expect(read).toBeLessThan(5 + 3 + 2 + 2);
  });

  it("keeps what a cache has seen", async () => {
    let made = 0;
    const kept = stream(count(4))
      .map((value) => {
        made++;
        return value;
      })
      .cache();
    expect(kept.length).toBe(4);
    expect(await all(kept.repeat(3))).toEqual([...count(4), ...count(4), ...count(4)]);
    expect(made).toBe(4);
  });

  it("puts samples together, typed arrays by type", async () => {
    const samples = count(5).map((i) => ({ x: Uint8Array.of(i, i), y: i, sampleWeight: 1 }));
    const batches = await all(stream(samples).batch(2));
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(batches[1]).toEqual({
      x: Uint8Array.of(2, 2, 3, 3),
      y: Float32Array.of(2, 3),
      sampleWeight: Float32Array.of(1, 1),
      length: 2,
    });
    expect((await all(stream(samples).batch(2, { dropRemainder: true }))).length).toBe(2);
    const named = count(2).map((i) => ({ x: { a: [i], b: [[i], [i]] }, y: [i] }));
    const [batch] = await all(stream(named).batch(2));
    expect(batch.x).toEqual({ a: Float32Array.of(0, 1), b: Float32Array.of(0, 0, 1, 1) });
  });

  it.each([
    ["another size", [{ x: [1] }, { x: [1, 2] }], "x of sample 1 of a batch: expected 1 numbers"],
    ["another type", [{ x: Uint8Array.of(1) }, { x: [1] }], "expected numbers in a Uint8Array"],
    ["no label", [{ x: [1], y: 1 }, { x: [1] }], "y of sample 1 of a batch: expected numbers"],
    [
      "no sample",
      [{ x: [1] }, { pixels: 1 }],
      "item 1 of a batch: expected a sample { x, y }, got { pixels }",
    ],
  ])("refuses a batch with %s", async (_name, samples, message) => {
    await expect(all(stream(samples as { x: number[] }[]).batch(2))).rejects.toThrow(message);
  });

  it("splits by place where the length is known, by chance else, and shares nothing", async () => {
    const [most, few] = stream(count(10)).split(0.2);
    expect(await all(few)).toEqual([8, 9]);
    expect(await all(most)).toEqual(count(8));
    const [first, second] = counting(1000).split(0.3, 4);
    const picked = await all(second);
    expect(Math.abs(picked.length - 300)).toBeLessThan(60);
    expect([...(await all(first)), ...picked].sort((a, b) => a - b)).toEqual(count(1000));
  });

  it.each([
    [() => stream([1]).shuffle(0), "shuffle: expected a whole number ≥ 1, got 0"],
    [() => stream([1]).map((n) => n, { paralel: 2 } as object), 'Did you mean "parallel"?'],
    [() => stream([1]).split(1), "a share between 0 and 1"],
    [() => stream([1], { length: 1.5 }), "stream, length: expected a whole number"],
  ])("refuses what makes no sense: %s", (make, message) => {
    expect(make).toThrow(message);
  });

  it("names what cannot be iterated over", async () => {
    await expect(all(stream(() => 5 as never))).rejects.toThrow("something to iterate over, got number");
  });
});
