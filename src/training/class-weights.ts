import { UsageError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Network } from "../models/network.ts";
import type { CompiledOutput } from "./compile.ts";
import type { Samples } from "./inputs.ts";
import { labelsKey, weightsKey } from "./sample-array.ts";

/** How much samples of each class count: by class number, or `"balanced"`: as if all classes had as many samples. */
export type ClassWeight = Readonly<Record<number, number>> | "balanced";

/** The samples with weights that follow from the classes of their labels, times those they have. */
export function weighClasses(
  samples: Samples,
  network: Network,
  outputs: readonly CompiledOutput[],
  classWeight: ClassWeight,
): Samples {
  const [output] = outputs;
  const labels = samples.arrays[labelsKey(output.name)];
  if (outputs.length > 1 || !labels) {
    throw new UsageError({
      where: "fit, classWeight",
      expected: "a model with one output that has labels",
      received: `${outputs.length} outputs`,
      hint: "Give sampleWeight for each output instead.",
    });
  }
  const { outputShape } = network;
  const last = outputShape[outputShape.length - 1];
  const isVector = last > 1 && sizeOf(labels.shape) === sizeOf(outputShape);
  const count = labels.data.length / (isVector ? last : 1);
  const classOf = (i: number): number =>
    isVector ? indexOfMax(labels.data, i * last, last) : labels.data[i];
  const classes = last === 1 ? 2 : last;
  const factors = classWeight === "balanced" ? balanced(count, classes, classOf) : classWeight;
  const known = samples.arrays[weightsKey(output.name)];
  const data = Float32Array.from({ length: count }, (_, i) => {
    const repeat = known ? count / known.data.length : 1;
    return (factors[classOf(i)] ?? 1) * (known ? known.data[Math.floor(i / repeat)] : 1);
  });
  const shape = isVector ? labels.shape.slice(0, -1) : labels.shape;
  const own = sizeOf(shape) === 1 ? [] : shape;
  return { ...samples, arrays: { ...samples.arrays, [weightsKey(output.name)]: { data, shape: own } } };
}

function balanced(count: number, classes: number, classOf: (i: number) => number): Record<number, number> {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < count; i++) counts[classOf(i)]++;
  const present = counts.filter((n) => n > 0).length;
  return Object.fromEntries(counts.map((n, c) => [c, n === 0 ? 1 : count / (present * n)]));
}

function indexOfMax(numbers: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (numbers[from + i] > numbers[from + best]) best = i;
  return best;
}
