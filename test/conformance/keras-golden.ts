/** Numbers of Keras 3's own unit tests: layers, losses, optimizers, metrics. */
import { readFile } from "node:fs/promises";
import { input as entrance, model as functional, losses, type Model, optimizers, sequential } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { createReference } from "../../src/backends/reference/reference.ts";
import { lower } from "../../src/compiler/lower.ts";
import { Graph, type State } from "../../src/graph/graph.ts";
import { reduceMean } from "../../src/graph/ops/reduce-max.ts";
import type { Layer } from "../../src/layers/layer.ts";
import type { Loss } from "../../src/losses/loss.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import {
  channelsFirst,
  channelsLast,
  hasChannelsFirst,
  type KerasConfig,
  kerasLayer,
  type Layout,
} from "./keras-layers.ts";
import {
  difference,
  flat,
  type Nested,
  type Outcome,
  outcomeOf,
  shapeOf,
  type Tolerance,
  Unsupported,
} from "./outcome.ts";

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly class: string;
  readonly config: KerasConfig;
  readonly weights?: Readonly<Record<string, Nested>>;
  readonly inputs: Readonly<Record<string, Nested>>;
  readonly expected: Nested;
  readonly computed?: Nested;
  readonly tolerance: Tolerance;
}

export async function kerasGolden(file: string): Promise<Outcome[]> {
  const { cases } = JSON.parse(await readFile(file, "utf8")) as { cases: Case[] };
  const backend = createReference();
  const outcomes: Outcome[] = [];
  for (const testCase of cases) {
    const run = () => runCase(testCase, backend);
    outcomes.push(await outcomeOf(`keras ${testCase.kind} ${testCase.class}`, testCase.name, run));
  }
  return outcomes;
}

async function runCase(testCase: Case, backend: Backend): Promise<string | undefined> {
  if (testCase.kind === "layer") return layerDifference(testCase);
  const actual = await actualOf(testCase, backend);
  return difference(actual, flat(testCase.expected), testCase.tolerance);
}

async function actualOf(testCase: Case, backend: Backend): Promise<ArrayLike<number>> {
  switch (testCase.kind) {
    case "loss":
      return lossValue(testCase, backend);
    case "optimizer":
      return optimizerSteps(testCase, backend);
    default:
      throw new Unsupported(`no ${testCase.kind} cases yet`);
  }
}

async function layerDifference(testCase: Case): Promise<string | undefined> {
  const { class: className, config, weights = {}, inputs, expected, tolerance } = testCase;
  const given: Layout = { data: flat(inputs.x), shape: shapeOf(inputs.x) };
  const x = hasChannelsFirst(config) ? channelsLast(given) : given;
  /* Keras's test sets weights without having said how many units they make. */
  const implied = className === "Dense" && { units: shapeOf(weights.kernel)[1], use_bias: "bias" in weights };
  const options = { ...implied, ...config };
  /* The test of the only layer that is asked with a mask passes it without a name. */
  const { arg1: mask } = inputs;
  const model = mask
    ? masked(kerasLayer(className, options), x.shape.slice(1))
    : sequential([kerasLayer(className, options, x.shape.slice(1))]);
  await model.setWeights(Object.values(weights).map((weight) => Float32Array.from(flat(weight))));
  const samples = [x.data, ...(mask ? [flat(mask)] : [])].map((numbers) => Float32Array.from(numbers));
  const { data, shape } = await model.predict(mask ? samples : samples[0]);
  await model.dispose();
  const result: Layout = { data: [...data], shape };
  const turned = hasChannelsFirst(config) && shape.length > 2 ? channelsFirst(result) : result;
  const wanted = shapeOf(expected);
  if (String(turned.shape) !== String(wanted)) return `shape ${turned.shape} instead of ${wanted}`;
  return difference(turned.data, flat(expected), tolerance);
}

/** A layer that a sequence and its mask go into. */
function masked(layer: Layer, shape: readonly number[]): Model {
  const inputs = [entrance({ shape, name: "x" }), entrance({ shape: shape.slice(0, 1), name: "mask" })];
  return functional({ inputs, outputs: layer.apply(inputs) });
}

const lossOf: Record<string, (options: { fromLogits: boolean }) => Loss> = {
  SparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropy,
  CategoricalCrossentropy: losses.categoricalCrossentropy,
  BinaryCrossentropy: losses.binaryCrossentropy,
  MeanSquaredError: () => losses.meanSquaredError(),
};

async function lossValue(
  { class: className, config, inputs }: Case,
  backend: Backend,
): Promise<ArrayLike<number>> {
  const {
    reduction,
    from_logits: fromLogits = false,
    label_smoothing: smoothing = 0,
    ignore_class: ignored = null,
  } = config;
  if (inputs.sample_weight !== undefined) throw new Unsupported("sample weights");
  if (reduction !== "sum_over_batch_size") throw new Unsupported(`reduction ${String(reduction)}`);
  if (smoothing !== 0) throw new Unsupported("label smoothing");
  if (ignored !== null) throw new Unsupported("ignored classes");
  if (config.axis !== undefined && config.axis !== -1) throw new Unsupported("another axis");
  const loss = lossOf[className]({ fromLogits: fromLogits === true });
  const graph = new Graph();
  const shape = shapeOf(inputs.y_pred);
  const labels = flat(inputs.y_true);
  const isSparse = loss.labels === "classes";
  const y = graph.input("y", isSparse ? shape.slice(0, -1) : shape, isSparse ? "int32" : "float32");
  graph.output("loss", reduceMean(loss.write(y, { output: graph.input("x", shape) })));
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const { outputs } = await executable.run({
    steps: 1,
    inputs: {
      x: Float32Array.from(flat(inputs.y_pred)),
      y: isSparse ? Int32Array.from(labels) : Float32Array.from(labels),
    },
  });
  return outputs.loss;
}

function optimizerOf({ class: className, config }: Case): Optimizer {
  for (const option of ["weight_decay", "clipnorm", "global_clipnorm", "clipvalue"]) {
    if (config[option] !== null && config[option] !== undefined) throw new Unsupported(option);
  }
  if (config.amsgrad === true || config.use_ema === true) throw new Unsupported("amsgrad or moving averages");
  const {
    learning_rate: learningRate,
    beta_1: beta1,
    beta_2: beta2,
    epsilon,
    momentum,
    nesterov,
  } = config as Record<string, number>;
  if (className === "SGD") return optimizers.sgd({ learningRate, momentum, nesterov: Boolean(nesterov) });
  if (className === "Adam") return optimizers.adam({ learningRate, beta1, beta2, epsilon });
  throw new Unsupported(`no optimizer ${className}`);
}

async function optimizerSteps(testCase: Case, backend: Backend): Promise<ArrayLike<number>> {
  const optimizer = optimizerOf(testCase);
  const initial = Float32Array.from(flat(testCase.inputs.initial));
  const shape = shapeOf(testCase.inputs.initial);
  const gradients = testCase.inputs.gradients as readonly Nested[];
  const stateOf = (path: string, numbers: Float32Array): State => ({
    path,
    shape,
    initialize: () => numbers,
  });
  const parameter = stateOf("parameter", initial);
  const slots = new Map<string, State>();
  const slot = (name: string): State => {
    const known = slots.get(name) ?? stateOf(name, new Float32Array(initial.length));
    slots.set(name, known);
    return known;
  };
  const graph = new Graph();
  const value = optimizer.write({
    parameter: graph.state(parameter),
    gradient: graph.input("gradient", shape),
    slot: (name) => graph.state(slot(name)),
    keep: (name, kept) => graph.update(slot(name), kept),
    scalar: (name) => graph.input(name, []),
  });
  graph.update(parameter, value);
  graph.output("value", value);
  const executable = await backend.prepare(await lower(graph, backend.tables));
  const scalars = gradients.map((_, i) => optimizer.scalars(i + 1, optimizer.learningRate));
  const inputs: Record<string, Float32Array> = { gradient: Float32Array.from(gradients.flatMap(flat)) };
  for (const name of Object.keys(scalars[0])) inputs[name] = Float32Array.from(scalars, (step) => step[name]);
  const { outputs } = await executable.run({ steps: gradients.length, inputs });
  const expectsAllSteps = shapeOf(testCase.expected).length > shape.length;
  return expectsAllSteps ? outputs.value : outputs.value.slice(-initial.length);
}
