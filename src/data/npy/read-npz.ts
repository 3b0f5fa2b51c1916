import { DataError, FileError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Dataset, dataset } from "../dataset.ts";
import { type NpyArray, readNpy } from "./read-npy.ts";

/**
 * Reads the arrays of an .npz file, by name.
 *
 * @param where name of the file, for errors
 * @throws FileError naming the member that is damaged or no array of numbers.
 * @example
 * const arrays = await readNpz(npz, "digits.npz");
 * console.log(Object.keys(arrays));
 */
export async function readNpz(bytes: Uint8Array, where: string): Promise<Readonly<Record<string, NpyArray>>> {
  const { readZip } = await import("../../formats/zip/zip.ts");
  const arrays = [...readZip(where, bytes)].map(([name, member]) => [
    name.replace(/\.npy$/, ""),
    readNpy(member, `${where}, ${name}`),
  ]);
  return Object.fromEntries(arrays);
}

/** Names under which Keras and others keep samples and labels. */
const names = {
  train: [
    ["x_train", "y_train"],
    ["train_images", "train_labels"],
    ["x", "y"],
  ],
  test: [
    ["x_test", "y_test"],
    ["test_images", "test_labels"],
  ],
} as const;

/**
 * Images and labels of an .npz file as data sets: `x_train`, `y_train`, `x_test`, `y_test`, as in Keras's `mnist.npz`, or `x` and `y`.
 *
 * @param where name of the file, for errors
 * @throws FileError listing the arrays that are there, if those are not; DataError if they do not belong together.
 * @example
 * const { train, test } = await npzDatasets(npz, "digits.npz");
 */
export async function npzDatasets(
  bytes: Uint8Array,
  where: string,
): Promise<{ train: Dataset; test: Dataset | undefined }> {
  const arrays = await readNpz(bytes, where);
  const find = (part: keyof typeof names): Dataset | undefined => {
    const pair = names[part].find(([x, y]) => Object.hasOwn(arrays, x) && Object.hasOwn(arrays, y));
    return pair && datasetOf(`${where}, ${pair.join(" and ")}`, arrays[pair[0]], arrays[pair[1]]);
  };
  const train = find("train");
  if (train) return { train, test: find("test") };
  throw new FileError({
    where,
    expected: names.train.map((pair) => pair.join(" and ")).join(", or "),
    received: Object.keys(arrays).slice(0, 10).join(", ") || "no arrays",
  });
}

function datasetOf(where: string, x: NpyArray, y: NpyArray): Dataset {
  const [count, ...sample] = x.shape.map(Number);
  if (count === undefined || y.shape[0] !== count || count === 0) {
    throw new DataError({
      where,
      expected: "as many labels as samples",
      received: `samples ${formatShape(x.shape)}, labels ${formatShape(y.shape)}`,
    });
  }
  /* Grey images get an axis of channels. */
  const sampleShape = sample.length === 2 ? [...sample, 1] : sample;
  return dataset({ x: x.data, y: y.data, sampleShape });
}
