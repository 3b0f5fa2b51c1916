/** What makes other items of items, one at a time or several. */
import { type Batch, joinSamples, type Sample } from "./sample.ts";
import { drop, type Source } from "./source.ts";

/** Makes something of an item; `index` counts the items of a pass. */
export type Transform<Item, Result> = (item: Item, index: number, pass: number) => Result | Promise<Result>;

/** Up to `parallel` items are worked on at the same time; their order stays. */
export function mapped<Item, Result>(
  source: Source<Item>,
  transform: Transform<Item, Result>,
  parallel: number,
): Source<Result> {
  return {
    length: source.length,
    async *open(pass, from) {
      const waiting: Promise<Result>[] = [];
      let index = from;
      try {
        for await (const item of source.open(pass, from)) {
          const work = Promise.resolve().then(() => transform(item, index++, pass));
          /* Awaited below, in its turn. */
          work.catch(() => {});
          waiting.push(work);
          if (waiting.length >= parallel) yield await (waiting.shift() as Promise<Result>);
        }
        while (waiting.length > 0) yield await (waiting.shift() as Promise<Result>);
      } finally {
        await Promise.allSettled(waiting);
      }
    },
  };
}

export function filtered<Item>(source: Source<Item>, keeps: Transform<Item, boolean>): Source<Item> {
  const open = async function* (pass: number): AsyncGenerator<Item> {
    let index = 0;
    for await (const item of source.open(pass, 0)) if (await keeps(item, index++, pass)) yield item;
  };
  return {
    length: source.length === Number.POSITIVE_INFINITY ? source.length : undefined,
    open: (pass, from) => drop(open(pass), from),
  };
}

export function batched(source: Source<Sample>, size: number, dropRemainder: boolean): Source<Batch> {
  const { length } = source;
  const round = dropRemainder ? Math.floor : Math.ceil;
  return {
    length: length === undefined ? undefined : round(length / size),
    async *open(pass, from) {
      let samples: Sample[] = [];
      for await (const sample of source.open(pass, from * size)) {
        samples.push(sample);
        if (samples.length < size) continue;
        yield joinSamples(samples);
        samples = [];
      }
      if (samples.length > 0 && !dropRemainder) yield joinSamples(samples);
    },
  };
}

/** Each item becomes a source; up to `cycle` of them are read in turn, one item each. */
export function interleaved<Item, Result>(
  source: Source<Item>,
  sourceOf: (item: Item, index: number) => Source<Result> | Promise<Source<Result>>,
  cycle: number,
): Source<Result> {
  const open = async function* (pass: number): AsyncGenerator<Result> {
    const outer = source.open(pass, 0);
    let active: AsyncIterator<Result>[] = [];
    let index = 0;
    let isOver = false;
    try {
      for (;;) {
        while (!isOver && active.length < cycle) {
          const next = await outer.next();
          if (next.done) isOver = true;
          else active.push((await sourceOf(next.value, index++)).open(pass, 0));
        }
        if (active.length === 0) return;
        const left: AsyncIterator<Result>[] = [];
        for (const iterator of active) {
          const next = await iterator.next();
          if (next.done) continue;
          left.push(iterator);
          yield next.value;
        }
        active = left;
      }
    } finally {
      for (const iterator of [outer, ...active]) await iterator.return?.();
    }
  };
  return { length: undefined, open: (pass, from) => drop(open(pass), from) };
}
