/**
 * Layers models of TensorFlow.js: `model.json` with the configuration and a manifest, and shards of weights beside it.
 *
 * @see https://github.com/tensorflow/tfjs/blob/master/tfjs-layers/src/models.ts
 */
import { parseJson } from "../../core/parse-json.ts";
import { sameShape } from "../../core/shape.ts";
import type { Weight } from "../../layers/layer.ts";
import type { Network } from "../../models/network.ts";
import { loadNetwork } from "../../models/network-of-spec.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import { legacyWeights } from "../keras/layer-weights.ts";
import { readModelConfig } from "../keras/read-model-config.ts";
import { readTraining } from "../keras/read-training.ts";
import { type Config, refusal, requireObject } from "../keras/refuse.ts";
import { majorVersion } from "../keras/version.ts";
import { writeModelConfig } from "../keras/write-model-config.ts";
import { writeTraining } from "../keras/write-training.ts";
import type { SavedArray, SavedModel } from "../saved-model.ts";
import { describeArray, readManifest, writeManifest } from "./manifest.ts";

interface Parsed {
  readonly topology: Config;
  readonly training: unknown;
  readonly weights: readonly SavedArray[];
}

async function parse({ bytes, where, beside }: ModelSource): Promise<Parsed> {
  const json = requireObject(where, parseJson(where, new TextDecoder().decode(bytes), true));
  const topology = requireObject(`${where}, modelTopology`, json.modelTopology);
  if (json.format === "graph-model" || topology.node !== undefined) {
    throw refusal(
      where,
      "a layers model of TensorFlow.js",
      "a graph model",
      "Convert the Keras model to a layers model, or save it as .keras.",
    );
  }
  const weights = await readManifest(`${where}, weightsManifest`, json.weightsManifest ?? [], beside);
  return { topology, weights, training: json.trainingConfig ?? topology.training_config };
}

export async function read(source: ModelSource): Promise<SavedModel> {
  const { where, own } = source;
  const { topology, weights, training } = await parse(source);
  const entry = requireObject(`${where}, model_config`, topology.model_config ?? topology);
  const version = majorVersion(topology.keras_version);
  const { name, spec } = readModelConfig(`${where}, modelTopology`, entry, { own, version });
  const network = (await loadNetwork(where, spec, own)).build(0);
  const compiled = readTraining(`${where}, trainingConfig`, training, network.outputNames);
  return { name, spec, weights: matched(where, network, weights), ...compiled, isForeign: true };
}

export async function readWeights(source: ModelSource, network: Network): Promise<SavedArray[]> {
  return matched(source.where, network, (await parse(source)).weights);
}

/** `conv2d_1/kernel:0` → `kernel`; what was called `depthwise_kernel` is one too. */
function lastName(name: string): string {
  const last = name.replace(/:\d+$/, "").split("/").at(-1) ?? name;
  return last === "depthwise_kernel" ? "kernel" : last;
}

/** Which array is which weight: by name where all agree, else by order, of the layers or of all that is trained first. */
function matched(where: string, network: Network, arrays: readonly SavedArray[]): SavedArray[] {
  const { weights } = network;
  const byName = new Map(arrays.map((array) => [array.name.replace(/:\d+$/, ""), array]));
  const named = weights.map(({ path, state }) => {
    const found = byName.get(path);
    return found && sameShape(found.shape, state.shape) ? found : undefined;
  });
  if (arrays.length === weights.length && named.every((array) => array !== undefined))
    return weights.map(({ path }, i) => ({ ...(named[i] as SavedArray), name: path }));
  const paths = new Map(weights.map(({ path, state }) => [state, path]));
  const fits = (order: readonly Weight[]): boolean =>
    order.length === arrays.length &&
    order.every(
      ({ name, state }, i) =>
        sameShape(state.shape, arrays[i].shape) && lastName(arrays[i].name) === lastName(name),
    );
  const orders = [network.layers.flatMap((layer) => legacyWeights(layer)), legacyWeights(...network.layers)];
  const order = orders.find(fits);
  if (order) return order.map(({ state }, i) => ({ ...arrays[i], name: paths.get(state) ?? "" }));
  throw refusal(
    `${where}, weightsManifest`,
    `the ${weights.length} weights of the model: ${weights
      .map(({ path }) => path)
      .join(", ")
      .slice(0, 300)}`,
    `${arrays.length}: ${arrays.map(describeArray).join(", ").slice(0, 300)}`,
  );
}

export function write({ name, spec, training, weights = [] }: SavedModel, network: Network): OutputFile[] {
  const { manifest, shards } = writeManifest(named(network, weights));
  const model = {
    format: "layers-model",
    generatedBy: "ConvNet",
    convertedBy: null,
    modelTopology: {
      keras_version: "2.15.0",
      backend: "tensorflow",
      model_config: writeModelConfig(name, spec, "keras2"),
      ...(training ? { training_config: writeTraining(training, network.outputNames, "keras2") } : {}),
    },
    weightsManifest: manifest,
  };
  return [...shards, { bytes: new TextEncoder().encode(JSON.stringify(model)) }];
}

/** Weights as TensorFlow.js calls them: after their layer, also in a model inside another. */
function named(network: Network, weights: readonly SavedArray[]): SavedArray[] {
  const depthwise = new Set(
    network.layers
      .filter(({ type }) => type.startsWith("depthwiseConv"))
      .map((layer) => `${layer.name}/kernel`),
  );
  const short = weights.map((weight) => {
    const name = depthwise.has(weight.name)
      ? weight.name.replace(/kernel$/, "depthwise_kernel")
      : weight.name;
    return { ...weight, name: name.split("/").slice(-2).join("/") };
  });
  const areDistinct = new Set(short.map(({ name }) => name)).size === short.length;
  return areDistinct ? short : [...weights];
}
