import { FileError } from "../../core/errors.ts";
import { readMeaning } from "../../models/meaning.ts";
import type { SavedModel } from "../saved-model.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** Of the metadata's layout. */
const version = 1;

/** Names of arrays that are no weights, but what training keeps, begin with this. */
export const trainingPrefix = "training:";

/**
 * Architecture as JSON in the metadata, weights as arrays under their paths.
 *
 * @param more entries of metadata
 */
export function writeModel(
  { name, spec, meaning, training, weights = [] }: SavedModel,
  more: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const metadata = {
    format: "convnet",
    version: String(version),
    model: JSON.stringify({ name, spec, meaning, training }),
    ...more,
  };
  return writeSafetensors({ tensors: weights, metadata });
}

/** @throws FileError if the file is no model of this package. */
export function readModel(bytes: Uint8Array, where: string): SavedModel {
  const { tensors, metadata } = readSafetensors(bytes, where);
  const problem = (expected: string, received: string) =>
    new FileError({ where: `${where}, __metadata__`, expected, received });
  if (metadata.format !== "convnet")
    throw problem('format "convnet"', JSON.stringify(metadata.format ?? null));
  if (metadata.version !== String(version))
    throw problem(`version ${version}`, JSON.stringify(metadata.version ?? null));
  let model: Partial<SavedModel> | null;
  try {
    model = JSON.parse(metadata.model ?? "") as Partial<SavedModel> | null;
  } catch {
    throw problem("the model as JSON", JSON.stringify(metadata.model?.slice(0, 40) ?? null));
  }
  if (typeof model?.name !== "string" || typeof model.spec !== "object")
    throw problem("a name and a spec", "neither");
  return {
    name: model.name,
    spec: model.spec,
    meaning: readMeaning(where, model.meaning),
    training: model.training,
    weights: tensors.filter((tensor) => !tensor.name.startsWith(trainingPrefix)),
  };
}
