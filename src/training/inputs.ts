import { DataError, OptionError, ShapeError } from "../core/errors.ts";
import { didYouMean } from "../core/names.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { findInTurns } from "../core/turns.ts";
import { flatten, type Numbers } from "../data/dataset.ts";
import type { Network } from "../models/network.ts";
import { type FlatArray, inputKey, type SampleArray } from "./sample-array.ts";

/** Numbers, or for models with several inputs or outputs: in their order, or by name. */
export type NamedNumbers = Numbers | readonly Numbers[] | Readonly<Record<string, Numbers>>;

/** Samples that have been looked at: they fit the network and hold nothing that is not a number. */
export interface Samples {
  /** By their names in the graph: `inputs/image`, `labels/digit`, `weights/digit`. */
  readonly arrays: Readonly<Record<string, SampleArray>>;
  readonly length: number;
  /** Number of the first sample in the whole data set. */
  readonly first: number;
}

/** Whether two shapes differ only in axes of 1: [28, 28] and [28, 28, 1]. */
function sameButOnes(a: Shape, b: Shape): boolean {
  const significant = (shape: Shape) => shape.filter((length) => length !== 1).join();
  return significant(a) === significant(b);
}

const isNotFinite = (value: number): boolean => !Number.isFinite(value);

/** The numbers for each name; `undefined` where none are given. */
export function byName(
  where: string,
  names: readonly string[],
  given: NamedNumbers | undefined,
): (Numbers | undefined)[] {
  if (given === undefined) return names.map(() => undefined);
  if (ArrayBuffer.isView(given) || Array.isArray(given)) {
    if (names.length === 1) return [given as Numbers];
    const list = Array.isArray(given) ? (given as readonly Numbers[]) : [];
    if (list.length === names.length && list.every((item) => typeof item === "object")) return [...list];
    throw new DataError({
      where,
      expected: `numbers for each of ${names.join(", ")}`,
      received: Array.isArray(given) ? `a list of ${given.length}` : "one array",
    });
  }
  const record = given as Readonly<Record<string, Numbers>>;
  if (typeof record !== "object" || record === null)
    throw new DataError({ where, expected: "numbers", received: typeof record });
  for (const key of Object.keys(record)) {
    if (names.includes(key)) continue;
    throw new OptionError({
      where,
      expected: `names among ${names.join(", ")}`,
      received: JSON.stringify(key),
      hint: didYouMean(key, names),
    });
  }
  return names.map((name) => record[name]);
}

type Inputs = Pick<Network, "inputNames" | "inputShapes" | "layers">;

/** @throws ShapeError or DataError if samples are not what the network takes. */
export async function checkInputs(
  where: string,
  network: Inputs,
  numbers: NamedNumbers,
  shape?: Shape,
): Promise<Samples> {
  const { inputNames, inputShapes } = network;
  const given = byName(where, inputNames, numbers);
  const arrays: Record<string, SampleArray> = {};
  let length = 0;
  for (const [i, name] of inputNames.entries()) {
    const place = inputNames.length === 1 ? where : `${where}, ${name}`;
    const numbersGiven = given[i];
    if (numbersGiven === undefined) {
      throw new DataError({ where: place, expected: "samples", received: "none" });
    }
    const x = await checkInput(place, network, inputShapes[i], numbersGiven, shape);
    const count = x.length / sizeOf(inputShapes[i]);
    if (i > 0 && count !== length) {
      throw new DataError({
        where: place,
        expected: `${length} samples, as in ${inputNames[0]}`,
        received: String(count),
      });
    }
    length = count;
    arrays[inputKey(name)] = { data: x, shape: inputShapes[i] };
  }
  return { arrays, length, first: 0 };
}

async function checkInput(
  where: string,
  network: Inputs,
  inputShape: Shape,
  numbers: Numbers,
  shape: Shape | undefined,
): Promise<FlatArray> {
  const x = flatten(where, numbers);
  if (shape && !sameButOnes(shape, inputShape)) {
    throw new ShapeError({
      where,
      expected: `samples ${formatShape(inputShape)}, as ${network.layers[0].name} takes`,
      received: formatShape(shape),
    });
  }
  const size = sizeOf(inputShape);
  if (x.length === 0 || x.length % size !== 0) {
    throw new ShapeError({
      where,
      expected: `a multiple of ${size} numbers, for samples ${formatShape(inputShape)}`,
      received: `${x.length} numbers`,
    });
  }
  const bad = x instanceof Float32Array ? await findInTurns(x, isNotFinite) : -1;
  if (bad < 0) return x;
  throw new DataError({
    where,
    expected: "finite numbers",
    received: `${x[bad]} in sample ${Math.floor(bad / size)}, element ${bad % size}`,
  });
}
