/** 269 layer cases made with Keras 2 by the keras-js project. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { input as entrance, model as functional, type Model, sequential } from "convnet";
import {
  camelCaseKeys,
  channelsFirst,
  channelsLast,
  hasChannelsFirst,
  type KerasConfig,
  kerasLayer,
  type Layout,
} from "./keras-layers.ts";
import { difference, type Outcome, outcomeOf, Unsupported } from "./outcome.ts";

interface Helper {
  readonly layer: string;
  readonly config: KerasConfig;
  readonly weights: readonly string[];
}

interface Case extends Helper {
  readonly file: string;
  readonly caseKey: string;
  readonly input_shapes: readonly (readonly number[])[];
  readonly output_shape: readonly number[];
  readonly before?: readonly Helper[];
  /** Chains that the input goes through side by side, into one layer. */
  readonly branches?: readonly (readonly Helper[])[];
  readonly tolerance: number;
}

interface Tensor {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

interface CaseData {
  readonly input: Tensor;
  readonly weights?: readonly Tensor[];
  readonly expected: Tensor;
}

export async function kerasJsLayers(folder: string): Promise<Outcome[]> {
  const { cases } = JSON.parse(await readFile(join(folder, "attributes.json"), "utf8")) as { cases: Case[] };
  const outcomes: Outcome[] = [];
  for (const testCase of cases) {
    const data = JSON.parse(await readFile(join(folder, testCase.file), "utf8")) as Record<string, CaseData>;
    const run = () => runCase(testCase, data[testCase.caseKey]);
    outcomes.push(await outcomeOf(`keras-js ${testCase.layer}`, testCase.caseKey, run));
  }
  return outcomes;
}

async function runCase(
  testCase: Case,
  { input, weights = [], expected }: CaseData,
): Promise<string | undefined> {
  const isFunction = testCase.layer === "activation-function";
  const { config } = testCase;
  if ((isFunction ? config.name : config.activation) === "hard_sigmoid")
    throw new Unsupported("the hard sigmoid of Keras 2");
  const own: Helper = isFunction
    ? { layer: "Activation", config: { activation: camelCaseKeys(config) }, weights: [] }
    : testCase;
  const isTurned = hasChannelsFirst(own.config);
  const batch: Layout = { data: input.data, shape: [1, ...input.shape] };
  const x = isTurned ? channelsLast(batch) : batch;
  const inputShape = x.shape.slice(1);
  const model = testCase.branches
    ? merged(own, testCase.branches, inputShape)
    : chain(own, testCase, inputShape);
  await model.setWeights(weights.map(({ data }) => Float32Array.from(data)));
  const { data, shape } = await model.predict(Float32Array.from(x.data));
  await model.dispose();
  const result: Layout = { data: [...data], shape };
  const turned = isTurned && shape.length > 2 ? channelsFirst(result) : result;
  const wanted = [1, ...expected.shape];
  if (String(turned.shape) !== String(wanted)) return `shape ${turned.shape} instead of ${wanted}`;
  const scale = testCase.tolerance;
  return difference(turned.data, expected.data, { abs: scale, rel: scale });
}

function chain(own: Helper, { before = [] }: Case, shape: readonly number[]): Model {
  return sequential(
    [...before, own].map(({ layer, config }, i) => kerasLayer(layer, config, i === 0 ? shape : undefined)),
  );
}

function merged(own: Helper, branches: readonly (readonly Helper[])[], shape: readonly number[]): Model {
  const inputs = entrance({ shape });
  const ends = branches.map((branch) =>
    branch.reduce((tensor, { layer, config }) => kerasLayer(layer, config).apply(tensor), inputs),
  );
  const outputs = kerasLayer(own.layer, own.config).apply(ends);
  return functional({ inputs, outputs });
}
