import { DataError } from "../../core/errors.ts";
import { flatten, type Numbers } from "../dataset.ts";

type FlatArray = Float32Array | Int32Array | Uint8Array;

/** Numbers of one sample, or for models with several inputs or outputs those of each, by name. */
export type SampleNumbers = number | Numbers | Readonly<Record<string, number | Numbers>>;

/** What models are trained on: one at a time. */
export interface Sample {
  readonly x: SampleNumbers;
  readonly y?: SampleNumbers;
  readonly sampleWeight?: SampleNumbers;
}

type Joined = FlatArray | Readonly<Record<string, FlatArray>>;

/** Samples put together: their numbers follow each other. */
export interface Batch {
  readonly x: Joined;
  readonly y?: Joined;
  readonly sampleWeight?: Joined;
  /** Number of samples. */
  readonly length: number;
}

/** Whether an item holds many samples. */
export function isBatch(item: unknown): item is Batch {
  return typeof item === "object" && item !== null && "x" in item && "length" in item;
}

function isRecord(numbers: SampleNumbers): numbers is Readonly<Record<string, number | Numbers>> {
  return (
    typeof numbers === "object" && numbers !== null && !ArrayBuffer.isView(numbers) && !Array.isArray(numbers)
  );
}

const isFlat = (numbers: unknown): numbers is FlatArray =>
  numbers instanceof Float32Array || numbers instanceof Int32Array || numbers instanceof Uint8Array;

/** One array of all numbers; bytes stay bytes if all are. */
function joinArrays(where: string, parts: readonly (number | Numbers)[]): FlatArray {
  const flat = parts.map((part) =>
    typeof part === "number" ? part : isFlat(part) ? part : flatten(where, part),
  );
  const [first] = flat;
  const lengthOf = (part: number | FlatArray): number => (typeof part === "number" ? 1 : part.length);
  const length = lengthOf(first);
  const kind = typeof first === "number" ? Float32Array : (first.constructor as Float32ArrayConstructor);
  const joined = new kind(length * flat.length);
  for (const [i, part] of flat.entries()) {
    if (lengthOf(part) !== length) {
      throw new DataError({
        where: `${where} of sample ${i} of a batch`,
        expected: `${length} numbers, as in sample 0`,
        received: String(lengthOf(part)),
      });
    }
    if (typeof part === "number") joined[i] = part;
    else if (part.constructor === kind) joined.set(part, i * length);
    else {
      throw new DataError({
        where: `${where} of sample ${i} of a batch`,
        expected: `numbers in a ${kind.name}, as in sample 0`,
        received: part.constructor.name,
      });
    }
  }
  return joined;
}

function joinNumbers(where: string, parts: readonly (SampleNumbers | undefined)[]): Joined | undefined {
  const [first] = parts;
  if (first === undefined && parts.every((part) => part === undefined)) return undefined;
  const missing = parts.indexOf(undefined);
  if (missing >= 0) {
    throw new DataError({
      where: `${where} of sample ${missing} of a batch`,
      expected: "numbers, as in the other samples",
      received: "none",
    });
  }
  const given = parts as readonly SampleNumbers[];
  if (!isRecord(given[0])) return joinArrays(where, given as readonly (number | Numbers)[]);
  const names = Object.keys(given[0]);
  const columns = names.map((name) => {
    const column = given.map((part, i) => {
      if (isRecord(part) && Object.hasOwn(part, name)) return part[name];
      throw new DataError({
        where: `${where} of sample ${i} of a batch`,
        expected: `numbers for "${name}", as in sample 0`,
        received: "none",
      });
    });
    return [name, joinArrays(`${where} "${name}"`, column)];
  });
  return Object.fromEntries(columns);
}

/** @throws DataError if samples have not all the same form. */
export function joinSamples(samples: readonly Sample[]): Batch {
  for (const [i, sample] of samples.entries()) {
    if (typeof sample === "object" && sample !== null && sample.x !== undefined) continue;
    throw new DataError({
      where: `item ${i} of a batch`,
      expected: "a sample { x, y }",
      received:
        sample === null
          ? "null"
          : typeof sample === "object"
            ? `{ ${Object.keys(sample).join(", ")} }`
            : typeof sample,
    });
  }
  const y = joinNumbers(
    "y",
    samples.map((sample) => sample.y),
  );
  const sampleWeight = joinNumbers(
    "sampleWeight",
    samples.map((sample) => sample.sampleWeight),
  );
  return {
    x: joinNumbers(
      "x",
      samples.map((sample) => sample.x),
    ) as Joined,
    ...(y && { y }),
    ...(sampleWeight && { sampleWeight }),
    length: samples.length,
  };
}

/** The samples of a batch, one by one; nothing is copied. */
export function* splitBatch(batch: Batch): Generator<Sample> {
  const pick = (joined: Joined, i: number): SampleNumbers => {
    if (!isFlat(joined)) {
      return Object.fromEntries(
        Object.entries(joined).map(([name, array]) => [name, pick(array, i)]),
      ) as SampleNumbers;
    }
    const size = joined.length / batch.length;
    return joined.subarray(i * size, (i + 1) * size);
  };
  for (let i = 0; i < batch.length; i++) {
    yield {
      x: pick(batch.x, i),
      ...(batch.y && { y: pick(batch.y, i) }),
      ...(batch.sampleWeight && { sampleWeight: pick(batch.sampleWeight, i) }),
    };
  }
}
