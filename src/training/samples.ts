import { DataError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import { findInTurns } from "../core/turns.ts";
import { type Dataset, flatten, type Numbers } from "../data/dataset.ts";
import type { Loss } from "../losses/loss.ts";
import type { Network } from "../models/network.ts";

/** What `fit` and `evaluate` learn from: a data set, or samples and labels. */
export type TrainingData = Dataset | { readonly x: Numbers; readonly y: Numbers };

type FlatArray = Float32Array | Int32Array | Uint8Array;

/** Samples that have been looked at: they fit the network and hold nothing that is not a number. */
export interface Samples {
  readonly x: FlatArray;
  readonly y: FlatArray;
  readonly length: number;
  /** Elements of one sample, and of its labels. */
  readonly xLength: number;
  readonly yLength: number;
  /** Shape of a sample's labels in the graph. */
  readonly labelShape: Shape;
  /** Number of the first sample in the whole data set. */
  readonly first: number;
}

/** Whether two shapes differ only in axes of 1: [28, 28] and [28, 28, 1]. */
function sameButOnes(a: Shape, b: Shape): boolean {
  const significant = (shape: Shape) => shape.filter((length) => length !== 1).join();
  return significant(a) === significant(b);
}

const isNotFinite = (value: number): boolean => !Number.isFinite(value);

/** @throws ShapeError or DataError if samples are not what the network takes. */
export async function checkInputs(
  where: string,
  network: Network,
  numbers: Numbers,
  shape?: Shape,
): Promise<FlatArray> {
  const { inputShape } = network;
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
  if (x instanceof Float32Array) {
    const bad = await findInTurns(x, isNotFinite);
    if (bad >= 0) {
      throw new DataError({
        where,
        expected: "finite numbers",
        received: `${x[bad]} in sample ${Math.floor(bad / size)}, element ${bad % size}`,
      });
    }
  }
  return x;
}

/** @throws ShapeError or DataError naming both sides of what does not fit. */
export async function checkSamples(
  where: string,
  network: Network,
  loss: Loss,
  data: TrainingData,
): Promise<Samples> {
  const shape = "sampleShape" in data ? data.sampleShape : undefined;
  const x = await checkInputs(`${where} x`, network, data.x, shape);
  const xLength = sizeOf(network.inputShape);
  const length = x.length / xLength;
  const { outputShape } = network;
  const classes = outputShape[outputShape.length - 1];
  const labelShape = loss.labels === "classes" ? outputShape.slice(0, -1) : outputShape;
  const yLength = sizeOf(labelShape);
  const y = flatten(`${where} y`, data.y);
  if (y.length !== length * yLength) {
    throw new ShapeError({
      where: `${where} y`,
      expected: `${length * yLength} numbers: labels ${formatShape([length, ...labelShape])} for ${loss.name}`,
      received: `${y.length} numbers for ${length} samples`,
      hint: labelHint(loss, y.length / length, yLength, classes),
    });
  }
  const labels =
    loss.labels === "classes"
      ? await checkClasses(`${where} y`, y, yLength, classes)
      : await checkValues(`${where} y`, y, yLength);
  return { x, y: labels, length, xLength, yLength, labelShape, first: 0 };
}

function labelHint(loss: Loss, perSample: number, expected: number, classes: number): string | undefined {
  if (loss.labels === "classes" && perSample === expected * classes) {
    return 'These labels are vectors (one-hot): use "categoricalCrossentropy".';
  }
  if (loss.labels === "values" && perSample * classes === expected) {
    return 'These labels are class numbers: use "sparseCategoricalCrossentropy".';
  }
  return undefined;
}

async function checkClasses(
  where: string,
  y: FlatArray,
  yLength: number,
  classes: number,
): Promise<Int32Array | Uint8Array> {
  const isClass = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < classes;
  const bad = await findInTurns(y, (label) => !isClass(label));
  if (bad >= 0) {
    throw new DataError({
      where,
      expected: `class numbers from 0 to ${classes - 1}`,
      received: `${y[bad]} for sample ${Math.floor(bad / yLength)}`,
      hint: classes === 1 ? 'With one output, use "binaryCrossentropy".' : undefined,
    });
  }
  return y instanceof Float32Array ? Int32Array.from(y) : y;
}

async function checkValues(where: string, y: FlatArray, yLength: number): Promise<FlatArray> {
  const bad = y instanceof Float32Array ? await findInTurns(y, isNotFinite) : -1;
  if (bad < 0) return y;
  throw new DataError({
    where,
    expected: "finite labels",
    received: `${y[bad]} for sample ${Math.floor(bad / yLength)}`,
  });
}

/** A range of samples; nothing is copied. */
export function sliceSamples(samples: Samples, from: number, to: number): Samples {
  const { x, y, xLength, yLength } = samples;
  return {
    ...samples,
    x: x.subarray(from * xLength, to * xLength),
    y: y.subarray(from * yLength, to * yLength),
    length: to - from,
    first: samples.first + from,
  };
}
