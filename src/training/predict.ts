import { type Shape, sizeOf } from "../core/shape.ts";
import type { Samples } from "./samples.ts";
import type { Session } from "./session.ts";

/** Numbers that came out, row-major. */
export interface Prediction {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Samples handed to the backend together, at most. */
const mostSamples = 4096;

/** What comes out for all samples, by the name of the output. */
export async function predictSamples(
  session: Session,
  samples: Samples,
  batchSize: number,
): Promise<Record<string, Prediction>> {
  const { outputNames, outputShapes } = session.network;
  const { arrays, length } = samples;
  const predictions = outputNames.map((_, i) => new Float32Array(length * sizeOf(outputShapes[i])));
  for (let from = 0; from < length; ) {
    const batch = Math.min(batchSize, length - from);
    const steps = Math.max(1, Math.min(Math.floor((length - from) / batch), Math.ceil(mostSamples / batch)));
    const { executable } = await session.program("predict", session.batchShape(samples, batch));
    const to = from + steps * batch;
    const feeds = Object.entries(arrays).map(([name, { data, shape }]) => {
      const size = sizeOf(shape);
      return [name, data.slice(from * size, to * size)];
    });
    const { outputs } = await session.run(executable, { steps, inputs: Object.fromEntries(feeds) });
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
