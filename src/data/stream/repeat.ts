import { DataError } from "../../core/errors.ts";
import type { Source } from "./source.ts";

/** Passes of an endless repetition are told apart by this much. */
const manyPasses = 2 ** 20;

/** Passes one after another, each with its own chance. */
export function repeated<Item>(source: Source<Item>, times: number): Source<Item> {
  const { length } = source;
  const innerPass = (pass: number, repetition: number): number =>
    pass * (times === Number.POSITIVE_INFINITY ? manyPasses : times) + repetition;
  return {
    length: repeatedLength(length, times),
    async *open(pass, from) {
      let repetition = length ? Math.floor(from / length) : 0;
      /* Where the length is not known, whole passes are read and forgotten. */
      let unread = length ? from - repetition * length : from;
      for (; repetition < times; repetition++) {
        let count = 0;
        const isSkippable = length !== undefined;
        const items = source.open(innerPass(pass, repetition), isSkippable ? unread : 0);
        for await (const item of items) {
          count++;
          if (isSkippable || unread === 0) yield item;
          else unread--;
        }
        if (count === 0 && (!isSkippable || unread === 0)) {
          if (times !== Number.POSITIVE_INFINITY) return;
          throw new DataError({ where: "repeat", expected: "items to repeat without end", received: "none" });
        }
        if (isSkippable) unread = 0;
      }
    },
  };
}

function repeatedLength(length: number | undefined, times: number): number | undefined {
  if (times === 0 || length === 0) return 0;
  if (times === Number.POSITIVE_INFINITY) return times;
  return length === undefined ? undefined : length * times;
}
