import { OptionError } from "../../core/errors.ts";
import { checkOptions } from "../../core/names.ts";
import { randomKey, threefry, unitInterval } from "../../core/random.ts";
import type { Dataset } from "../dataset.ts";
import { cached, concatenated, prefetched, shuffled, skipped, taken, zipped } from "./arrange.ts";
import { repeated } from "./repeat.ts";
import type { Batch, Sample } from "./sample.ts";
import { type Items, type Source, sourceOfDataset, sourceOfItems, sourceOfList } from "./source.ts";
import { batched, filtered, interleaved, mapped, type Transform } from "./transform.ts";

/**
 * Items that are read when they are needed, once or pass after pass. Made by {@link stream}; every method gives a new
 * stream and leaves the old one as it is.
 *
 * Nothing is read before somebody iterates, and never more than asked for. The same seed gives the same items in the same
 * order, and `open(pass, from)` goes on at any place.
 */
export class Stream<Item> implements Source<Item>, AsyncIterable<Item> {
  private readonly source: Source<Item>;

  constructor(source: Source<Item>) {
    this.source = source;
  }

  /** Items of a pass; `undefined` if that is only known after it, `Infinity` if it never ends. */
  get length(): number | undefined {
    return this.source.length;
  }

  /** The items of a pass, from number `from` on, as an uninterrupted pass would give them. */
  open(pass = 0, from = 0): AsyncIterableIterator<Item> {
    return this.source.open(pass, from);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Item> {
    return this.open();
  }

  /**
   * Makes something else of every item.
   *
   * @param options `parallel`: how many are worked on at the same time, default 1; their order stays
   * @example
   * const doubled = stream([1, 2, 3]).map((number) => 2 * number);
   */
  map<Result>(transform: Transform<Item, Result>, options: { parallel?: number } = {}): Stream<Result> {
    checkOptions("map", options, ["parallel"]);
    const { parallel = 1 } = options;
    return new Stream(mapped(this.source, transform, whole("map, parallel", parallel, 1)));
  }

  /** Leaves out items. */
  filter(keeps: Transform<Item, boolean>): Stream<Item> {
    return new Stream(filtered(this.source, keeps));
  }

  /**
   * Puts samples together. `fit` does this itself.
   *
   * @param options `dropRemainder`: leave out a last batch that is smaller, default false
   * @throws DataError (when it is read) if samples have not all the same form.
   */
  batch(this: Stream<Sample>, size: number, options: { dropRemainder?: boolean } = {}): Stream<Batch> {
    checkOptions("batch", options, ["dropRemainder"]);
    return new Stream(batched(this, whole("batch", size, 1), options.dropRemainder ?? false));
  }

  /**
   * Mixes items, differently in every pass: holds `size` of them and gives one at random for each new one. Shuffle names
   * of files, not pictures: what is held fills memory, and what lies before is read again when a run goes on.
   *
   * @see https://www.tensorflow.org/api_docs/python/tf/data/Dataset#shuffle
   */
  shuffle(size: number, seed = 0): Stream<Item> {
    return new Stream(shuffled(this.source, whole("shuffle", size, 1), whole("shuffle, seed", seed, 0)));
  }

  /** Passes one after another, by default without end. */
  repeat(times = Number.POSITIVE_INFINITY): Stream<Item> {
    const isEndless = times === Number.POSITIVE_INFINITY;
    return new Stream(repeated(this.source, isEndless ? times : whole("repeat", times, 0)));
  }

  /** Only the first items. */
  take(count: number): Stream<Item> {
    return new Stream(taken(this.source, whole("take", count, 0)));
  }

  /** All but the first items. */
  skip(count: number): Stream<Item> {
    return new Stream(skipped(this.source, whole("skip", count, 0)));
  }

  /** Keeps in memory what the first whole pass gives: what lies before happens once. */
  cache(): Stream<Item> {
    return new Stream(cached(this.source));
  }

  /** Reads up to `count` items ahead while others are worked on. */
  prefetch(count: number): Stream<Item> {
    return new Stream(prefetched(this.source, whole("prefetch", count, 1)));
  }

  /**
   * Reads a stream for every item, up to `cycle` (default 4) of them in turn.
   *
   * @example
   * const numbers = stream([0, 10]).interleave((first) => stream([first, first + 1])); // 0, 10, 1, 11
   */
  interleave<Result>(
    streamOf: (item: Item, index: number) => Source<Result> | Promise<Source<Result>>,
    options: { cycle?: number } = {},
  ): Stream<Result> {
    checkOptions("interleave", options, ["cycle"]);
    return new Stream(interleaved(this.source, streamOf, whole("interleave, cycle", options.cycle ?? 4, 1)));
  }

  /** Pairs of items, as many as the shorter stream has. */
  zip<Other>(other: Source<Other>): Stream<[Item, Other]> {
    return new Stream(zipped(this.source, other));
  }

  /** The items of this stream, then those of the other. */
  concatenate(other: Source<Item>): Stream<Item> {
    return new Stream(concatenated(this.source, other));
  }

  /**
   * Two streams that share no item: the first without, the second with that share of the items.
   *
   * Where the length is known, the second gets the last ones, as `validationSplit` does; else chance decides for each item,
   * the same in every pass. Split before you shuffle.
   *
   * @param share of the second, in (0, 1)
   */
  split(share: number, seed = 0): [Stream<Item>, Stream<Item>] {
    if (!(share > 0 && share < 1)) {
      throw new OptionError({ where: "split", expected: "a share between 0 and 1", received: String(share) });
    }
    const { length } = this;
    if (length !== undefined && length !== Number.POSITIVE_INFINITY) {
      const kept = Math.floor(length * (1 - share));
      return [this.take(kept), this.skip(kept)];
    }
    const key = randomKey(seed, "split");
    const isSecond = (_item: Item, index: number): boolean =>
      unitInterval(threefry(key, index, 0)[0]) < share;
    return [this.filter((item, index) => !isSecond(item, index)), this.filter(isSecond)];
  }
}

function whole(where: string, number: number, least: number): number {
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new OptionError({ where, expected: `a whole number ≥ ${least}`, received: String(number) });
}

/**
 * Reads items one after another, in memory only what is needed: of lists, data sets, anything to iterate over, or a
 * function that begins anew for each pass. `fit`, `evaluate` and `predict` take streams of samples `{ x, y }`.
 *
 * @param options `length`: the number of items, if it is known
 * @throws UsageError (when it is read) for a second pass over a generator: hand over the function instead.
 * @see https://www.tensorflow.org/guide/data
 * @example
 * const squares = stream(function* () {
 *   for (let i = 0; i < 100; i++) yield { x: [i / 100], y: (i / 100) ** 2 };
 * });
 * for await (const { length } of squares.shuffle(100, 1).batch(32)) console.log(length); // 32, 32, 32, 4
 */
export function stream(items: Dataset): Stream<Sample>;
export function stream<Item>(items: Items<Item>, options?: { length?: number }): Stream<Item>;
export function stream<Item>(
  items: Dataset | Items<Item>,
  options: { length?: number } = {},
): Stream<Item> | Stream<Sample> {
  checkOptions("stream", options, ["length"]);
  const { length } = options;
  if (length !== undefined) whole("stream, length", length, 0);
  if (Array.isArray(items)) return new Stream(sourceOfList(items as readonly Item[]));
  if (typeof items === "object" && "sampleShape" in items) return new Stream(sourceOfDataset(items));
  return new Stream(sourceOfItems(items as Exclude<Items<Item>, readonly Item[]>, length));
}
