/** Steps of optimizers on given gradients, and gradients as they are clipped. */
import { optimizers } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { lower } from "../../src/compiler/lower.ts";
import { Graph, type State } from "../../src/graph/graph.ts";
import { multiply } from "../../src/graph/ops/elementwise.ts";
import { reduceSum } from "../../src/graph/ops/reduce-sum.ts";
import { extendOptimizer } from "../../src/optimizers/extend.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { rateAt } from "../../src/schedules/schedule.ts";
import { writeUpdates } from "../../src/training/update-graph.ts";
import type { KerasConfig } from "./keras-layers.ts";
import { made, optionsOf } from "./keras-options.ts";
import { flat, type Nested, shapeOf } from "./outcome.ts";

interface Steps {
  readonly initial: Nested;
  readonly gradients: readonly Nested[];
}

/** The variable after every step. */
async function run(
  optimizer: Optimizer,
  { initial, gradients }: Steps,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const shape = shapeOf(initial);
  const state: State = {
    path: "variable",
    shape,
    initialize: () => Float32Array.from(flat(initial)),
  };
  const extended = extendOptimizer(optimizer);
  const graph = new Graph();
  /* The gradient of Σ variable · gradient. */
  const loss = reduceSum(multiply(graph.state(state), graph.input("gradient", shape)));
  const weight = { path: "variable", name: "variable", state, trainable: true };
  const names = writeUpdates(graph, [weight], { optimizer: extended, slots: new Map() }, loss);
  const value = graph.updates.get(state);
  if (value) graph.output("value", value);
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const scalars = gradients.map((_, i) => extended.scalars(i + 1, rateAt(optimizer.learningRate, i)));
  const inputs: Record<string, Float32Array> = { gradient: Float32Array.from(gradients.flatMap(flat)) };
  for (const name of names) inputs[`optimizer/${name}`] = Float32Array.from(scalars, (step) => step[name]);
  const { outputs } = await executable.run({ steps: gradients.length, inputs });
  return outputs.value;
}

/** @param isEvery whether the variable is expected after every step, or only after the last */
export async function optimizerSteps(
  className: string,
  config: KerasConfig,
  steps: Steps,
  isEvery: boolean,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const optimizer = made<Optimizer>("optimizer", optimizers, className, optionsOf(config));
  const values = await run(optimizer, steps, backend);
  return isEvery ? values : Array.from(values).slice(-flat(steps.initial).length);
}

export async function clippedGradient(
  className: string,
  config: KerasConfig,
  gradient: Nested,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const optimizer = made<Optimizer>("optimizer", optimizers, className, optionsOf(config));
  const asItIs: Optimizer = { ...optimizer, write: (context) => context.gradient };
  return run(asItIs, { initial: gradient, gradients: [gradient] }, backend);
}
