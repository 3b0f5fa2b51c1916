/** Numbers of Keras 3's own unit tests: layers, optimizers, metrics. */
import { readFile } from "node:fs/promises";
import { input as entrance, model as functional, type Model, sequential } from "convnet";
import type { Backend } from "../../src/backends/contract.ts";
import { createReference } from "../../src/backends/reference/reference.ts";
import type { Layer } from "../../src/layers/layer.ts";
import {
  channelsFirst,
  channelsLast,
  hasChannelsFirst,
  type KerasConfig,
  kerasLayer,
  type Layout,
} from "./keras-layers.ts";
import { lossValue } from "./keras-losses.ts";
import { type MetricUpdate, metricValue } from "./keras-metrics.ts";
import { clippedGradient, optimizerSteps } from "./keras-optimizers.ts";
import { scheduleOf } from "./keras-options.ts";
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
  const { class: className, config, inputs, expected } = testCase;
  switch (testCase.kind) {
    case "loss":
      return lossValue(className, config, inputs, backend);
    case "optimizer": {
      const { initial, gradients } = inputs;
      const isEvery = shapeOf(expected).length > shapeOf(initial).length;
      const steps = { initial, gradients: gradients as readonly Nested[] };
      return optimizerSteps(className, config, steps, isEvery, backend);
    }
    case "metric": {
      const value = await metricValue(
        className,
        config,
        inputs.updates as unknown as MetricUpdate[],
        backend,
      );
      /* Some cases expect the same number twice. */
      return flat(expected).map(() => value);
    }
    case "gradient-clipping":
      return clippedGradient(className, config, inputs.gradient, backend);
    case "schedule": {
      const schedule = scheduleOf(className, config);
      return flat(inputs.steps ?? inputs.step).map((step) => schedule.at(step));
    }
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
