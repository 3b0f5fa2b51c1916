import { FileError, UsageError } from "../core/errors.ts";
import { readFile } from "../core/files.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { ModelSource } from "../formats/format.ts";
import type { SavedArray, SavedModel } from "../formats/saved-model.ts";
import type { LayerFactories } from "../models/spec.ts";

/** Path (Node), address (browser), or the bytes of a file. */
export type FileSource = string | URL | Uint8Array;

/** A file that is there, and what its format may read beside it. @param own layers that are not part of this package */
export async function openSource(source: FileSource, own: LayerFactories = {}): Promise<ModelSource> {
  const where = source instanceof Uint8Array ? "model" : String(source);
  const beside = (name: string): Promise<Uint8Array> => readBytes(addressBeside(where, source, name));
  return { bytes: await readBytes(source), where, own, beside };
}

/**
 * A model as it stands in a file of any format, and what to call the file in errors.
 *
 * @throws FileError if it is no such file.
 */
export async function readSaved(
  from: FileSource,
  own?: LayerFactories,
): Promise<{ where: string; saved: SavedModel }> {
  const [source, { formatOfBytes }] = await Promise.all([
    openSource(from, own),
    import("../formats/formats.ts"),
  ]);
  const format = await formatOfBytes(source.bytes, source.where).load();
  return { where: source.where, saved: await format.read(source) };
}

/** A file of the same folder: names in files must not lead anywhere else. */
function addressBeside(where: string, source: FileSource, name: string): string {
  if (source instanceof Uint8Array) {
    throw new UsageError({
      where,
      expected: `the path of the file, beside which "${name}" stands`,
      received: "bytes",
    });
  }
  if (!/^[\w-][\w .@+-]*$/.test(name)) {
    throw new FileError({
      where,
      expected: "the name of a file of the same folder",
      received: JSON.stringify(name),
    });
  }
  const address = String(source);
  const [path, query] = isAddress(source) ? splitAt(address, address.search(/[?#]/)) : [address, ""];
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return `${folder}${name}${query}`;
}

function splitAt(text: string, at: number): [string, string] {
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

function isAddress(source: string | URL): boolean {
  return source instanceof URL || /^(https?|blob|data):/.test(source) || typeof document !== "undefined";
}

/** The bytes of a file, read or fetched. @throws FileError if it is not there. */
async function readBytes(source: FileSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (!isAddress(source)) return readFile(String(source));
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
  weights: readonly SavedArray[],
): Float32Array[] {
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
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
