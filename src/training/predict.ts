import { UsageError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Network } from "../models/network.ts";
import type { Samples } from "./inputs.ts";
import type { BatchShape } from "./predict-graph.ts";
import type { Prepared, ProgramRunner } from "./program-runner.ts";

/** Numbers that came out, row-major. */
export interface Prediction {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Samples handed to the backend together, at most. */
const mostSamples = 4096;

/**
 * What comes out for all samples, by the name of the output.
 *
 * @param prepare the network's program for a batch
 */
export async function predictSamples(
  runner: ProgramRunner,
  network: Network,
  prepare: (shape: BatchShape) => Promise<Prepared>,
  samples: Samples,
  batchSize: number,
): Promise<Record<string, Prediction>> {
  const { outputNames, outputShapes } = network;
  const { arrays, length } = samples;
  const predictions = outputNames.map((_, i) => new Float32Array(length * sizeOf(outputShapes[i])));
  for (let from = 0; from < length; ) {
    const batch = Math.min(batchSize, length - from);
    const steps = Math.max(1, Math.min(Math.floor((length - from) / batch), Math.ceil(mostSamples / batch)));
    const { executable } = await prepare(runner.batchShape(samples, batch));
    const to = from + steps * batch;
    const feeds = Object.entries(arrays).map(([name, { data, shape }]) => {
      const size = sizeOf(shape);
      return [name, data.slice(from * size, to * size)];
    });
    const { outputs } = await runner.run(executable, { steps, inputs: Object.fromEntries(feeds) });
    for (const [i, name] of outputNames.entries())
      predictions[i].set(outputs[name], from * sizeOf(outputShapes[i]));
    from = to;
  }
  const named = outputNames.map((name, i) => [
    name,
    { data: predictions[i], shape: [length, ...outputShapes[i]] },
  ]);
  return Object.fromEntries(named);
}

/** @throws UsageError if there are several. */
export function onlyOutput(named: Record<string, Prediction>): Prediction {
  const outputs = Object.values(named);
  if (outputs.length === 1) return outputs[0];
  throw new UsageError({
    where: "predict",
    expected: "a model with one output",
    received: `${outputs.length}: ${Object.keys(named).join(", ")}`,
    hint: "Use predictAll, which gives them by name.",
  });
}
