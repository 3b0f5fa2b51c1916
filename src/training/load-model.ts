import type { BackendOptions } from "../backends/choose-backend.ts";
import { FileError } from "../core/errors.ts";
import { readFile } from "../core/files.ts";
import { lookUp } from "../core/names.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { SavedChoice, SavedModel, SavedTraining } from "../formats/safetensors/model.ts";
import type { Loss } from "../losses/loss.ts";
import { lossTable } from "../losses/table.ts";
import type { Metric } from "../metrics/metric.ts";
import { metricTable } from "../metrics/table.ts";
import { networkOf } from "../models/network-of-spec.ts";
import type { LayerFactories } from "../models/spec.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { optimizerTable } from "../optimizers/table.ts";
import { Model, type ModelOptions } from "./model.ts";

/** What a program made itself and a file names: what makes it of the options it was saved with. */
export interface CustomObjects {
  /** By the layer's `type`. */
  readonly layers?: LayerFactories;
  readonly losses?: Readonly<Record<string, (options: never) => Loss>>;
  readonly metrics?: Readonly<Record<string, (options: never) => Metric>>;
  readonly optimizers?: Readonly<Record<string, (options: never) => Optimizer>>;
}

export interface LoadOptions extends BackendOptions {
  /** Layers, losses and the like that are not part of this package. */
  custom?: CustomObjects;
}

export interface SpecOptions extends ModelOptions {
  /** Layers that are not part of this package. */
  custom?: CustomObjects;
}

/**
 * Reads a model that `save` wrote: architecture, weights, and how it was compiled.
 *
 * @param source path (Node), address (browser), or the bytes of the file
 * @throws FileError if it is no such file, naming the place and what is wrong there. Nothing in a file is evaluated.
 * @example
 * const model = await loadModel(bytes);
 */
export async function loadModel(
  source: string | URL | Uint8Array,
  options: LoadOptions = {},
): Promise<Model> {
  const where = source instanceof Uint8Array ? "model" : String(source);
  const bytes = source instanceof Uint8Array ? source : await fetchBytes(source);
  const { readModel } = await import("../formats/safetensors/model.ts");
  const saved = readModel(bytes, where);
  const model = await modelFromSpec(saved.spec, { ...options, name: saved.name }, where);
  await model.setWeights(await matchWeights(where, model, saved));
  if (saved.training) compileAsSaved(where, model, saved.training, options.custom);
  return model;
}

/**
 * A model from its architecture as JSON, with new weights.
 *
 * @param where what the spec came from, for errors
 * @throws OptionError or ShapeError naming the layer and what is wrong with it. Nothing in a spec is evaluated.
 * @example
 * const model = await modelFromSpec({ layers: [{ type: "dense", units: 10, inputShape: [4] }] });
 */
export async function modelFromSpec(
  spec: unknown,
  { custom, ...options }: SpecOptions = {},
  where = "spec",
): Promise<Model> {
  const { layerTable } = await import("../layers/table.ts");
  return new Model(networkOf(where, spec, { ...layerTable, ...custom?.layers }), options);
}

async function fetchBytes(source: string | URL): Promise<Uint8Array> {
  const isAddress =
    source instanceof URL || /^(https?|blob|data):/.test(source) || typeof document !== "undefined";
  if (!isAddress) return readFile(source);
  const response = await fetch(source);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new FileError({
    where: String(source),
    expected: "the file to be there",
    received: `status ${response.status}`,
  });
}

/** The file's arrays in the order of the model's weights. */
async function matchWeights(where: string, model: Model, saved: SavedModel): Promise<Float32Array[]> {
  const byName = new Map(saved.weights.map((weight) => [weight.name, weight]));
  const expected = model.weightShapes;
  const arrays = expected.map(({ name: path, shape }) => {
    const found = byName.get(path);
    byName.delete(path);
    if (found && sameShape(found.shape, shape)) return found.data;
    throw new FileError({
      where: `${where}, weight "${path}"`,
      expected: formatShape(shape),
      received: found ? formatShape(found.shape) : "no such array",
    });
  });
  if (byName.size > 0) {
    throw new FileError({
      where,
      expected: `only the ${expected.length} weights of the model`,
      received: `also ${[...byName.keys()].slice(0, 5).join(", ")}`,
    });
  }
  return arrays;
}

function compileAsSaved(
  where: string,
  model: Model,
  { optimizer, outputs }: SavedTraining,
  custom: CustomObjects = {},
): void {
  const maker = <Made>(kind: string, table: Readonly<Record<string, (options: never) => Made>>) => {
    return ({ name, ...options }: SavedChoice): Made => {
      const make = Object.hasOwn(table, name) ? table[name] : lookUp(`${where}, ${kind}`, table, name);
      return make(options as never);
    };
  };
  const loss = maker<Loss>("loss", { ...lossTable, ...custom.losses });
  const metric = maker<Metric>("metric", { ...metricTable, ...custom.metrics });
  model.compile({
    optimizer: maker<Optimizer>("optimizer", { ...optimizerTable, ...custom.optimizers })(optimizer),
    loss: outputs.map((output) => (output.loss ? loss(output.loss) : null)),
    lossWeights: outputs.map(({ lossWeight = 1 }) => lossWeight),
    metrics: outputs.map(({ metrics }) => metrics.map(metric)),
    weightedMetrics: outputs.map(({ weightedMetrics }) => weightedMetrics.map(metric)),
  });
}
