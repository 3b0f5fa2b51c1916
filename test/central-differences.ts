/** Gradients against central differences of the reference backend, in float64. */
import { createReference } from "../src/backends/reference/reference.ts";
import { lower } from "../src/compiler/lower.ts";
import { plainTables } from "../src/compiler/tables.ts";
import { createRandom } from "../src/core/random.ts";
import type { PreparedCase } from "./op-cases.ts";

const step = 1e-6;
const reference = createReference();

/** The case's loss with one number of one input moved. */
async function lossAt(prepared: PreparedCase, input: string, index: number, move: number): Promise<number> {
  const inputs = {
    ...prepared.inputs,
    [input]: Float64Array.from(prepared.inputs[input]),
  } as never as Record<string, Float64Array>;
  inputs[input][index] += move;
  const program = await lower(prepared.lossGraph, plainTables);
  const executable = await reference.prepare(program);
  const { outputs } = await executable.run({ steps: 1, inputs: inputs as never });
  return outputs.loss[0];
}

/**
 * Largest difference between gradient and quotient of differences for each input, relative to its largest gradient.
 *
 * @param samples how many numbers of an input are moved
 */
export async function gradientErrors(
  prepared: PreparedCase,
  samples: number,
): Promise<Record<string, number>> {
  const outputs = await prepared.run(reference);
  const errors: Record<string, number> = {};
  for (const name of prepared.gradientNames) {
    const input = name.replace("gradient of ", "");
    const random = createRandom(2, name);
    const gradient = Float64Array.from(outputs[name]);
    const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    let largest = 0;
    for (let i = 0; i < Math.min(samples, gradient.length); i++) {
      const index = random.below(gradient.length);
      const above = await lossAt(prepared, input, index, step);
      const below = await lossAt(prepared, input, index, -step);
      const error = Math.abs(gradient[index] - (above - below) / (2 * step)) / scale;
      if (!(error <= largest)) largest = error;
    }
    errors[name] = largest;
  }
  return errors;
}
