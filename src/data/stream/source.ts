import { DataError, UsageError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Dataset } from "../dataset.ts";
import type { Sample } from "./sample.ts";

/**
 * Items one after another, as often as somebody asks for them.
 *
 * A place in a source is two numbers: which pass, and how many items of it have been seen. Whoever goes on from there gets
 * the items that an uninterrupted pass would have given.
 */
export interface Source<Item> {
  /** Items of a pass: not known before they are read if it is missing, endless if it is `Infinity`. */
  readonly length: number | undefined;
  /** The items of a pass, from number `from` on. Chance differs from pass to pass, and only so. */
  open(pass: number, from: number): AsyncIterableIterator<Item>;
}

/** What is handed over to be read: a list, anything to iterate over, or a function that begins anew for each pass. */
export type Items<Item> =
  | readonly Item[]
  | Iterable<Item>
  | AsyncIterable<Item>
  | ((pass: number) => Iterable<Item> | AsyncIterable<Item>);

/** Reads and forgets the first items. */
export async function* drop<Item>(items: AsyncIterable<Item> | Iterable<Item>, count: number) {
  let seen = 0;
  for await (const item of items) if (seen++ >= count) yield item;
}

export function sourceOfList<Item>(items: readonly Item[]): Source<Item> {
  return {
    length: items.length,
    async *open(_pass, from) {
      for (let i = from; i < items.length; i++) yield items[i];
    },
  };
}

/** Samples of a data set in memory; their pixels are not copied. */
export function sourceOfDataset({ x, y, sampleShape, length }: Dataset): Source<Sample> {
  const size = sizeOf(sampleShape);
  const labels = y.length / length;
  return {
    length,
    async *open(_pass, from) {
      for (let i = from; i < length; i++) {
        yield {
          x: x.subarray(i * size, (i + 1) * size),
          y: labels === 1 ? y[i] : y.subarray(i * labels, (i + 1) * labels),
        };
      }
    },
  };
}

/** @throws DataError if there is nothing to iterate over. */
export function sourceOfItems<Item>(
  items: Exclude<Items<Item>, readonly Item[]>,
  length?: number,
): Source<Item> {
  let isUsed = false;
  const begin = (pass: number): Iterable<Item> | AsyncIterable<Item> => {
    const found = typeof items === "function" ? items(pass) : items;
    const isAsync = Symbol.asyncIterator in Object(found);
    if (!isAsync && !(Symbol.iterator in Object(found))) {
      throw new DataError({ where: "stream", expected: "something to iterate over", received: typeof found });
    }
    if (typeof items === "function") return found;
    const iterator = isAsync
      ? (found as AsyncIterable<Item>)[Symbol.asyncIterator]()
      : (found as Iterable<Item>)[Symbol.iterator]();
    if ((iterator as unknown) !== found) return found;
    if (isUsed) {
      throw new UsageError({
        where: "stream",
        expected: "items that can be read once more",
        received: "a generator that is used up",
        hint: "Hand over the function that makes it: stream(() => read()).",
      });
    }
    isUsed = true;
    return found;
  };
  return {
    length,
    async *open(pass, from) {
      yield* drop(begin(pass), from);
    },
  };
}
