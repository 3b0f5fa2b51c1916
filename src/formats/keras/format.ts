/**
 * Keras 3's `.keras`: a zip file of the configuration, the metadata, and the weights with the optimizer's variables.
 *
 * @see keras/src/saving/saving_lib.py
 */
import { parseJson } from "../../core/parse-json.ts";
import { readMeaning } from "../../models/meaning.ts";
import type { Network } from "../../models/network.ts";
import { loadNetwork } from "../../models/network-of-spec.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import { type Hdf5Group, openHdf5 } from "../hdf5/hdf5.ts";
import { GroupBuilder, writeHdf5 } from "../hdf5/write-hdf5.ts";
import type { SavedArray, SavedModel } from "../saved-model.ts";
import { readZip, writeZip } from "../zip/zip.ts";
import { orderOf } from "./network-order.ts";
import { readOptimizerState, readOwnOptimizerState, writeOptimizerState } from "./optimizer-state.ts";
import { readModelConfig } from "./read-model-config.ts";
import { readTraining } from "./read-training.ts";
import { refusal, requireObject } from "./refuse.ts";
import { dateSaved, kerasVersion, majorVersion } from "./version.ts";
import { readWeightsFile, storedVars, writeWeightsFile } from "./weights-file.ts";
import { writeModelConfig } from "./write-model-config.ts";
import { writeTraining } from "./write-training.ts";

const members = {
  config: "config.json",
  metadata: "metadata.json",
  weights: "model.weights.h5",
  /** What only this package needs. Keras leaves it alone. */
  own: "convnet.json",
};

export const keepsOptimizer = true;

interface Archive {
  readonly members: ReadonlyMap<string, Uint8Array>;
  json(name: string): unknown;
  weights(): Hdf5Group;
}

function openArchive(where: string, bytes: Uint8Array): Archive {
  const found = readZip(where, bytes);
  const member = (name: string): Uint8Array => {
    const data = found.get(name);
    if (data) return data;
    throw refusal(
      where,
      `a member "${name}", as in files of Keras 3`,
      [...found.keys()].slice(0, 8).join(", ") || "none",
    );
  };
  return {
    members: found,
    json: (name) => parseJson(`${where}, ${name}`, new TextDecoder().decode(member(name)), true),
    weights: () => openHdf5(`${where}, ${members.weights}`, member(members.weights)),
  };
}

export async function read({ bytes, where, own }: ModelSource): Promise<SavedModel> {
  const archive = openArchive(where, bytes);
  const config = requireObject(`${where}, ${members.config}`, archive.json(members.config));
  const metadata = archive.members.has(members.metadata) ? archive.json(members.metadata) : {};
  const version = majorVersion((metadata as { keras_version?: unknown } | null)?.keras_version);
  const { name, spec } = readModelConfig(`${where}, config.json`, config, { own, version });
  const network = (await loadNetwork(where, spec, own)).build(0);
  const root = archive.weights();
  const weights = readWeightsFile(where, root, network, orderOf(network, spec));
  const compiled = readTraining(`${where}, compile_config`, config.compile_config, network.outputNames);
  const { training } = compiled;
  const optimizer =
    training &&
    (readOwnOptimizerState(root, training.optimizer) ??
      readOptimizerState(network, training.optimizer, storedVars(root.group("optimizer")), true));
  return { name, spec, weights, ...compiled, optimizer, ...readOwn(where, archive), isForeign: true };
}

function readOwn(where: string, archive: Archive): Pick<SavedModel, "seed" | "meaning"> {
  if (!archive.members.has(members.own)) return {};
  const { seed, meaning } = (archive.json(members.own) ?? {}) as { seed?: unknown; meaning?: unknown };
  const isSeed = typeof seed === "number" && Number.isSafeInteger(seed) && seed >= 0;
  return {
    seed: isSeed ? seed : undefined,
    meaning: readMeaning(`${where}, ${members.own}`, meaning),
  };
}

/** Weights alone, for a model that is there. */
export function readWeights({ bytes, where }: ModelSource, network: Network): SavedArray[] {
  return readWeightsFile(where, openArchive(where, bytes).weights(), network);
}

export function write(
  { name, spec, training, weights = [], optimizer, seed, meaning }: SavedModel,
  network: Network,
): OutputFile[] {
  const root = new GroupBuilder();
  writeWeightsFile(root, network, weights);
  if (training && optimizer) writeOptimizerState(root, network, training.optimizer, optimizer);
  const config = {
    ...writeModelConfig(name, spec, "keras3"),
    build_config: { input_shape: buildShape(network) },
    ...(training ? { compile_config: writeTraining(training, network.outputNames, "keras3") } : {}),
  };
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const files = new Map([
    [members.metadata, encode({ keras_version: kerasVersion, date_saved: dateSaved })],
    [members.config, encode(config)],
    [members.weights, writeHdf5(root)],
    ...(seed === undefined && !meaning ? [] : ([[members.own, encode({ seed, meaning })]] as const)),
  ]);
  return [{ bytes: writeZip(files) }];
}

function buildShape({ inputShapes }: Network): unknown {
  const shapes = inputShapes.map((shape) => [null, ...shape]);
  return shapes.length === 1 ? shapes[0] : shapes;
}
