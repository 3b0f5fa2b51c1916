import type { BackendOptions } from "../backends/choose-backend.ts";
import { FileError } from "../core/errors.ts";
import { readFile } from "../core/files.ts";
import { lookUp } from "../core/names.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { SavedModel } from "../formats/safetensors/model.ts";
import { lossTable } from "../losses/table.ts";
import type { MetricName } from "../metrics/table.ts";
import { layersOf } from "../models/spec.ts";
import { optimizerTable } from "../optimizers/table.ts";
import type { Model, ModelOptions } from "./model.ts";
import { sequential } from "./sequential.ts";

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
  options: BackendOptions = {},
): Promise<Model> {
  const where = source instanceof Uint8Array ? "model" : String(source);
  const bytes = source instanceof Uint8Array ? source : await fetchBytes(source);
  const { readModel } = await import("../formats/safetensors/model.ts");
  const saved = readModel(bytes, where);
  const model = await modelFromSpec(saved.spec, { ...options, name: saved.name }, where);
  await model.setWeights(await matchWeights(where, model, saved));
  if (saved.training) compileAsSaved(where, model, saved.training);
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
  options: ModelOptions = {},
  where = "spec",
): Promise<Model> {
  const { layerTable } = await import("../layers/table.ts");
  return sequential(layersOf(where, spec, layerTable), options);
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
  const expected = model.layers.flatMap((layer) => layer.weights.map(({ state }) => state));
  const arrays = expected.map(({ path, shape }) => {
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
  { optimizer, loss, metrics }: NonNullable<SavedModel["training"]>,
): void {
  const made = <Table extends object>(kind: string, table: Table, saved: { name: string }) => {
    const { name, ...options } = saved;
    return (lookUp(`${where}, ${kind}`, table, name) as (options: object) => never)(options);
  };
  model.compile({
    optimizer: made("optimizer", optimizerTable, optimizer),
    loss: made("loss", lossTable, loss),
    metrics: metrics as MetricName[],
  });
}
