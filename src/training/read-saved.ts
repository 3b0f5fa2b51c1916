import { FileError } from "../core/errors.ts";
import { readFile } from "../core/files.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { SavedModel } from "../formats/safetensors/model.ts";

/**
 * A model as it stands in a file, and what to call the file in errors.
 *
 * @throws FileError if it is no such file.
 */
export async function readSaved(
  source: string | URL | Uint8Array,
): Promise<{ where: string; saved: SavedModel }> {
  const where = source instanceof Uint8Array ? "model" : String(source);
  const [bytes, { readModel }] = await Promise.all([
    source instanceof Uint8Array ? source : fetchBytes(source),
    import("../formats/safetensors/model.ts"),
  ]);
  return { where, saved: readModel(bytes, where) };
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

/** The file's arrays in the order of the model's weights. @throws FileError if one is missing, or too many are there. */
export function matchWeights(
  where: string,
  expected: readonly { readonly name: string; readonly shape: Shape }[],
  saved: SavedModel,
): Float32Array[] {
  const byName = new Map(saved.weights.map((weight) => [weight.name, weight]));
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
