import type { NumberArray } from "../arrays/array.ts";
import type { Backend } from "../backends/contract.ts";
import type { State } from "../graph/graph.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { type Gradients, gradients } from "./gradients.ts";

/** Numbers before and after a step. */
export interface Change {
  /** Path of the weight, or of what the optimizer keeps for it: `adam/dense/kernel/momentum`. */
  readonly name: string;
  readonly before: NumberArray;
  readonly after: NumberArray;
}

/** One step of training, with everything that it changed. */
export interface ExplainedTrainStep {
  /** Loss before the step; metrics too. */
  readonly logs: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** How the loss changed with everything, before the step. */
  readonly gradients: Gradients;
  readonly weights: readonly Change[];
  /** What the optimizer keeps. */
  readonly optimizer: readonly Change[];
  /** Puts weights and optimizer back as they were, bit for bit. */
  undo(): Promise<void>;
}

async function read(backend: Backend, states: readonly State[]): Promise<NumberArray[]> {
  const arrays: NumberArray[] = [];
  for (const state of states) arrays.push({ data: await backend.readState(state), shape: state.shape });
  return arrays;
}

/**
 * Takes one step of training on the samples and shows what it changed: weights and the optimizer's numbers before and
 * after, and the gradients that led there. `undo` takes it back.
 *
 * The gradients are those of the layers as in prediction: with dropout or batch normalization, the step's own differ.
 *
 * @param image one sample or several
 * @param label for each sample, as `fit` takes them
 * @throws UsageError before `compile`; NotFiniteError if the loss is NaN or infinite, and nothing has changed then.
 * @example
 * const taken = await step(model, test.x.subarray(0, 784), [7]);
 * console.log(taken.logs.loss, taken.weights[0].before.data[0], taken.weights[0].after.data[0]);
 * await taken.undo();
 */
export async function step(
  model: Model,
  image: NamedNumbers,
  label: NamedNumbers,
): Promise<ExplainedTrainStep> {
  const { slots } = await model.requireCompiled("step");
  const session = await model.open();
  const { network, backend } = session;
  const found = await gradients(model, image, label);
  const kept = [...slots.values()];
  const states = network.weights.map(({ state }) => state);
  const [before, keptBefore] = [await read(backend, states), await read(backend, kept)];
  const stepBefore = session.step;
  const logs = await model.trainOnBatch(image, label);
  const made = [...slots.values()];
  const first = (state: State): NumberArray => ({ data: state.initialize(), shape: state.shape });
  const slotsBefore = made.map((state, i) => keptBefore[i] ?? first(state));
  const [after, slotsAfter] = [await read(backend, states), await read(backend, made)];
  return {
    logs,
    learningRate: model.learningRate,
    gradients: found,
    weights: network.weights.map(({ path }, i) => ({ name: path, before: before[i], after: after[i] })),
    optimizer: made.map(({ path }, i) => ({ name: path, before: slotsBefore[i], after: slotsAfter[i] })),
    async undo() {
      for (const [i, state] of states.entries()) await backend.writeState(state, before[i].data);
      for (const [i, state] of made.entries()) await backend.writeState(state, slotsBefore[i].data);
      session.step = stepBefore;
    },
  };
}
