import type { Shape } from "../core/shape.ts";
import type { FormatName } from "../formats/formats.ts";
import type { SavedTraining } from "../formats/saved-model.ts";
import type { LayerFactories, ModelSpec } from "../models/spec.ts";
import { type FileSource, openSource } from "./read-saved.ts";

/** What a file says of a model. */
export interface ModelFile {
  readonly format: FormatName;
  readonly byteLength: number;
  readonly name: string;
  readonly spec: ModelSpec;
  /** Arrays by the paths of weights; none in files of architectures alone. */
  readonly weights: readonly { readonly name: string; readonly shape: Shape }[];
  /** How it was compiled; missing if it was not, or with what this package has not. */
  readonly training: SavedTraining | undefined;
  /** Steps its optimizer had taken. */
  readonly steps: number | undefined;
}

/**
 * Reads what a file says of a model, of whatever format, without a backend.
 *
 * @param source path (Node), address (browser), or the bytes of the file
 * @throws FileError if it is no model, naming the place and what is wrong there. Nothing in a file is evaluated.
 * @example
 * const { format, weights } = await inspectModel(bytes);
 */
export async function inspectModel(
  source: FileSource,
  options: { custom?: { readonly layers?: LayerFactories } } = {},
): Promise<ModelFile> {
  const opened = await openSource(source, options.custom?.layers);
  const { formatNameOfBytes, formats } = await import("../formats/formats.ts");
  const format = formatNameOfBytes(opened.bytes, opened.where);
  const { name, spec, weights = [], training, optimizer } = await (await formats[format].load()).read(opened);
  return {
    format,
    byteLength: opened.bytes.length,
    name,
    spec,
    weights: weights.map((weight) => ({ name: weight.name, shape: weight.shape })),
    training,
    steps: optimizer?.step,
  };
}
