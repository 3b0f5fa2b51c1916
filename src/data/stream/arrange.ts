/** What chooses and orders items, and leaves them as they are. */
import { DataError } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { drop, type Source } from "./source.ts";

/**
 * Holds `size` items and gives one of them at random for each new one; the order differs from pass to pass. With as many
 * as there are, every order is as likely as any other.
 */
export function shuffled<Item>(source: Source<Item>, size: number, seed: number): Source<Item> {
  const open = async function* (pass: number): AsyncGenerator<Item> {
    const random = createRandom(seed, `stream/${pass}`);
    const held: Item[] = [];
    for await (const item of source.open(pass, 0)) {
      if (held.length < size) {
        held.push(item);
        continue;
      }
      const pick = random.below(size);
      const given = held[pick];
      held[pick] = item;
      yield given;
    }
    while (held.length > 0) {
      const pick = random.below(held.length);
      const given = held[pick];
      held[pick] = held[held.length - 1];
      held.pop();
      yield given;
    }
  };
  return { length: source.length, open: (pass, from) => drop(open(pass), from) };
}

export function taken<Item>(source: Source<Item>, count: number): Source<Item> {
  return {
    length: source.length === undefined ? undefined : Math.min(count, source.length),
    async *open(pass, from) {
      let left = count - from;
      if (left <= 0) return;
      for await (const item of source.open(pass, from)) {
        yield item;
        if (--left === 0) return;
      }
    },
  };
}

export function skipped<Item>(source: Source<Item>, count: number): Source<Item> {
  return {
    length: source.length === undefined ? undefined : Math.max(0, source.length - count),
    open: (pass, from) => source.open(pass, from + count),
  };
}

export function concatenated<Item>(first: Source<Item>, second: Source<Item>): Source<Item> {
  const { length } = first;
  return {
    length: length === undefined || second.length === undefined ? undefined : length + second.length,
    async *open(pass, from) {
      if (length !== undefined) {
        if (from < length) yield* first.open(pass, from);
        yield* second.open(pass, Math.max(0, from - length));
        return;
      }
      let seen = 0;
      for await (const item of first.open(pass, 0)) if (seen++ >= from) yield item;
      yield* second.open(pass, Math.max(0, from - seen));
    },
  };
}

/** Pairs, as many as the shorter one has items. */
export function zipped<First, Second>(first: Source<First>, second: Source<Second>): Source<[First, Second]> {
  const lengths = [first.length, second.length];
  return {
    length: lengths.includes(undefined) ? undefined : Math.min(...(lengths as number[])),
    async *open(pass, from) {
      const left = first.open(pass, from);
      const right = second.open(pass, from);
      try {
        for (;;) {
          const [a, b] = await Promise.all([left.next(), right.next()]);
          if (a.done || b.done) return;
          yield [a.value, b.value];
        }
      } finally {
        await left.return?.();
        await right.return?.();
      }
    },
  };
}

/** Asks for up to `count` items before they are needed. */
export function prefetched<Item>(source: Source<Item>, count: number): Source<Item> {
  return {
    length: source.length,
    async *open(pass, from) {
      const items = source.open(pass, from);
      const ahead: Promise<IteratorResult<Item>>[] = [];
      const ask = (): void => {
        const next = items.next();
        /* Awaited below, in its turn. */
        next.catch(() => {});
        ahead.push(next);
      };
      try {
        for (;;) {
          while (ahead.length < count) ask();
          const next = await (ahead.shift() as Promise<IteratorResult<Item>>);
          if (next.done) return;
          ask();
          yield next.value;
        }
      } finally {
        await items.return?.();
      }
    },
  };
}

/** Keeps what the first whole pass gives. */
export function cached<Item>(source: Source<Item>): Source<Item> {
  let kept: readonly Item[] | undefined;
  const from = async function* (first: number): AsyncGenerator<Item> {
    for (const item of (kept ?? []).slice(first)) yield item;
  };
  const read = async function* (pass: number): AsyncGenerator<Item> {
    if (source.length === Number.POSITIVE_INFINITY) {
      throw new DataError({ where: "cache", expected: "a stream with an end", received: "an endless one" });
    }
    const items: Item[] = [];
    for await (const item of source.open(pass, 0)) {
      items.push(item);
      yield item;
    }
    kept = items;
  };
  return {
    get length() {
      return kept?.length ?? source.length;
    },
    open: (pass, first) => (kept ? from(first) : drop(read(pass), first)),
  };
}
