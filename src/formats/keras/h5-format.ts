/**
 * Keras's `.h5`: one HDF5 file with the configuration in an attribute.
 *
 * @see keras/src/legacy/saving/legacy_h5_format.py
 */
import { parseJson } from "../../core/parse-json.ts";
import type { Network } from "../../models/network.ts";
import { loadNetwork } from "../../models/network-of-spec.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import { type Hdf5Group, openHdf5 } from "../hdf5/hdf5.ts";
import { GroupBuilder, writeHdf5 } from "../hdf5/write-hdf5.ts";
import type { SavedArray, SavedModel } from "../saved-model.ts";
import type { StoredArray } from "./layer-weights.ts";
import { readLegacyWeights, readNames, writeLegacyWeights, writeNames } from "./legacy-weights.ts";
import { optimizerArrays, readOptimizerState } from "./optimizer-state.ts";
import { readModelConfig } from "./read-model-config.ts";
import { readTraining } from "./read-training.ts";
import { refusal, requireObject } from "./refuse.ts";
import { kerasVersion, majorVersion } from "./version.ts";
import { readWeightsFile } from "./weights-file.ts";
import { writeModelConfig } from "./write-model-config.ts";
import { writeTraining } from "./write-training.ts";

export const keepsOptimizer = true;

function jsonAttribute(where: string, root: Hdf5Group, name: string): unknown {
  const text = root.attribute(name);
  return text === undefined ? undefined : parseJson(`${where}, ${name}`, String(text), true);
}

export async function read({ bytes, where, own }: ModelSource): Promise<SavedModel> {
  const root = openHdf5(where, bytes);
  const config = jsonAttribute(where, root, "model_config");
  if (config === undefined) {
    throw refusal(
      where,
      "a whole model, with its configuration",
      "weights alone",
      "Make the model first, and use model.loadWeights(path).",
    );
  }
  const version = majorVersion(root.attribute("keras_version"));
  const entry = requireObject(`${where}, model_config`, config);
  const { name, spec } = readModelConfig(`${where}, model_config`, entry, { own, version });
  const network = (await loadNetwork(where, spec, own)).build(0);
  const weights = readLegacyWeights(where, root.group("model_weights") ?? root, network);
  const compiled = readTraining(
    `${where}, training_config`,
    jsonAttribute(where, root, "training_config"),
    network.outputNames,
  );
  const { training } = compiled;
  const optimizer = training && readOptimizerState(network, training.optimizer, ...optimizerVars(root));
  return { name, spec, weights, ...compiled, optimizer, isForeign: true };
}

/** The variables of the optimizer, and whether their names are those of its newer form. */
function optimizerVars(root: Hdf5Group): [vars: StoredArray[], alternate: boolean] {
  const group = root.group("optimizer_weights");
  const names = group ? (readNames(group, "weight_names") ?? []) : [];
  const arrays = names.map((name) => group?.dataset(name));
  const isNew = /^iteration(?::0)?$/.test(names[0] ?? "") || names[0]?.endsWith("/iteration") === true;
  return [arrays.every((array) => array !== undefined) ? arrays : [], isNew];
}

/** Weights of Keras 2 or 3, in files of their own or in those of whole models. */
export function readWeights({ bytes, where }: ModelSource, network: Network): SavedArray[] {
  const root = openHdf5(where, bytes);
  const legacy = root.group("model_weights") ?? root;
  return readNames(legacy, "layer_names")
    ? readLegacyWeights(where, legacy, network)
    : readWeightsFile(where, root, network);
}

export function write(
  { name, spec, training, weights = [], optimizer }: SavedModel,
  network: Network,
): OutputFile[] {
  const root = new GroupBuilder();
  const bytesOf = (text: string) => ({ kind: "text", text, isBytes: true }) as const;
  root.attributes.set("keras_version", bytesOf(kerasVersion));
  root.attributes.set("backend", bytesOf("tensorflow"));
  root.attributes.set("model_config", bytesOf(JSON.stringify(writeModelConfig(name, spec, "keras3"))));
  if (training) {
    const config = writeTraining(training, network.outputNames, "keras3");
    const { optimizer: choice, ...others } = config;
    root.attributes.set("training_config", bytesOf(JSON.stringify({ optimizer_config: choice, ...others })));
  }
  writeLegacyWeights(root.group("model_weights"), network, weights, kerasVersion);
  const arrays = training && optimizer ? optimizerArrays(network, training.optimizer, optimizer) : [];
  if (arrays.length > 0) {
    const group = root.group("optimizer_weights");
    writeNames(
      group,
      "weight_names",
      arrays.map((array) => array.name),
    );
    for (const array of arrays) group.array(array.name, array.shape, array.data);
  }
  return [{ bytes: writeHdf5(root) }];
}
