import { DataError, ShapeError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { findInTurns } from "../core/turns.ts";
import { type Dataset, flatten, type Numbers } from "../data/dataset.ts";
import type { Batch, Sample } from "../data/stream/sample.ts";
import type { Source } from "../data/stream/source.ts";
import type { Network } from "../models/network.ts";
import type { CompiledOutput } from "./compile.ts";
import { byName, checkInputs, type NamedNumbers, type Samples } from "./inputs.ts";
import { checkLabels, labelsOf, predictionsOf } from "./labels.ts";
import { labelsKey, type SampleArray, weightsKey } from "./sample-array.ts";

/** Samples in memory: a data set, or samples, labels and how much each sample counts. */
export type ArrayData =
  | Dataset
  | { readonly x: NamedNumbers; readonly y?: NamedNumbers; readonly sampleWeight?: NamedNumbers };

/** Samples that are read when they are needed, one by one or in batches of any size. */
export type SampleStream = Source<Sample> | Source<Batch>;

/** What `fit` and `evaluate` learn from. */
export type TrainingData = ArrayData | SampleStream;

export function isStream(data: TrainingData | NamedNumbers): data is SampleStream {
  return "open" in data && typeof data.open === "function";
}

/** @throws ShapeError or DataError naming both sides of what does not fit. */
export async function checkSamples(
  where: string,
  network: Network,
  outputs: readonly CompiledOutput[],
  data: ArrayData,
): Promise<Samples> {
  const shape = "sampleShape" in data ? data.sampleShape : undefined;
  const samples = await checkInputs(`${where} x`, network, data.x, shape);
  const { length } = samples;
  const arrays: Record<string, SampleArray> = { ...samples.arrays };
  const measured = outputs.filter(({ loss, metrics }) => loss || metrics.length > 0);
  const names = measured.map(({ name }) => name);
  const labels = names.length === 0 ? [] : byName(`${where} y`, names, data.y);
  const sampleWeight = "sampleWeight" in data ? data.sampleWeight : undefined;
  const weights = weightsFor(`${where} sampleWeight`, names, sampleWeight, length);
  for (const [i, { name, loss }] of measured.entries()) {
    const place = names.length === 1 ? `${where} y` : `${where} y, ${name}`;
    const given = labels[i];
    if (given === undefined) throw new DataError({ where: place, expected: "labels", received: "none" });
    const outputShape = network.outputShapes[network.outputNames.indexOf(name)];
    const flat = flatten(place, given);
    const kind = await labelsOf(place, loss, flat.length, length, outputShape);
    arrays[labelsKey(name)] = await checkLabels(place, kind, flat, length);
    const weight = weights[i];
    if (!weight) continue;
    const weightPlace = names.length === 1 ? `${where} sampleWeight` : `${where} sampleWeight, ${name}`;
    arrays[weightsKey(name)] = await checkWeights(
      weightPlace,
      weight,
      length,
      predictionsOf(outputShape, loss).shape,
    );
  }
  return { ...samples, arrays };
}

/** One array of weights counts for every output. */
function weightsFor(
  where: string,
  names: readonly string[],
  given: NamedNumbers | undefined,
  length: number,
): (Numbers | undefined)[] {
  const isOneForAll =
    given !== undefined &&
    names.length > 1 &&
    (ArrayBuffer.isView(given) ||
      (Array.isArray(given) &&
        given.length === length &&
        given.every((item: unknown) => typeof item === "number")));
  return isOneForAll ? names.map(() => given as Numbers) : byName(where, names, given);
}

async function checkWeights(
  where: string,
  numbers: Numbers,
  length: number,
  predictions: Shape,
): Promise<SampleArray> {
  const data = Float32Array.from(flatten(where, numbers));
  const perSample = data.length / length;
  if (perSample !== 1 && perSample !== sizeOf(predictions)) {
    throw new ShapeError({
      where,
      expected: `${length} numbers: a weight for each sample`,
      received: `${data.length} numbers`,
    });
  }
  const bad = await findInTurns(data, (weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) {
    throw new DataError({
      where,
      expected: "finite weights ≥ 0",
      received: `${data[bad]} for sample ${Math.floor(bad / perSample)}`,
    });
  }
  return { data, shape: perSample === 1 ? [] : predictions };
}

/** A range of samples; nothing is copied. */
export function sliceSamples(samples: Samples, from: number, to: number): Samples {
  const arrays = Object.entries(samples.arrays).map(([name, { data, shape }]) => {
    const size = sizeOf(shape);
    return [name, { data: data.subarray(from * size, to * size), shape }];
  });
  return { arrays: Object.fromEntries(arrays), length: to - from, first: samples.first + from };
}
