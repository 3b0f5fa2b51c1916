/** Files as Keras writes them, put together by the HDF5 library and not by this package: what its readers are tested with. */
import { zipSync } from "fflate";
import * as h5 from "h5wasm";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Numbers that differ from each other, of a shape. */
export function numbers(shape: readonly number[], first = 0): Numbers {
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    shape,
    data: Array.from({ length: size }, (_, i) => Math.fround((((first + i) * 37) % 101) / 101)),
  };
}

let count = 0;

async function hdf5(fill: (file: h5.File) => void): Promise<Uint8Array> {
  const { FS } = await h5.ready;
  const path = `/keras-${count++}.h5`;
  const file = new h5.File(path, "w", { libver: ["earliest", "latest"] });
  fill(file);
  file.close();
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes;
}

function put(file: h5.File, path: string, { shape, data }: Numbers): void {
  const at = path.lastIndexOf("/");
  makeGroup(file, path.slice(0, Math.max(0, at))).create_dataset({
    name: path.slice(at + 1),
    data: Float32Array.from(data),
    shape: [...shape],
    dtype: "<f",
  });
}

function makeGroup(file: h5.File, path: string): h5.Group {
  let group: h5.Group = file;
  for (const name of path.split("/").filter((part) => part !== ""))
    group = group.keys().includes(name) ? (group.get(name) as h5.Group) : group.create_group(name);
  return group;
}

/** `model.weights.h5` of Keras 3. @param arrays by path: `layers/conv2d/vars/0` */
export function weightsFile(arrays: Readonly<Record<string, Numbers>>): Promise<Uint8Array> {
  return hdf5((file) => {
    for (const [path, array] of Object.entries(arrays)) put(file, path, array);
  });
}

/** A `.keras` file. */
export async function kerasFile(
  config: unknown,
  arrays: Readonly<Record<string, Numbers>>,
  version = "3.8.0",
): Promise<Uint8Array> {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return zipSync(
    {
      "metadata.json": encode({ keras_version: version, date_saved: "2025-03-01@10:00:00" }),
      "config.json": encode(config),
      "model.weights.h5": await weightsFile(arrays),
    },
    { level: 0 },
  );
}

export interface LegacyFile {
  readonly modelConfig?: unknown;
  readonly trainingConfig?: unknown;
  /** By layer and name of the weight: `{ conv2d: { "conv2d/kernel:0": … } }`. */
  readonly layers: Readonly<Record<string, Readonly<Record<string, Numbers>>>>;
  readonly optimizer?: Readonly<Record<string, Numbers>>;
  /** Default 2.9.0; `null` writes none, as Keras 1 did. */
  readonly version?: string | null;
  readonly backend?: string;
  /** Split the lists of names into parts of that many. */
  readonly namesPerPart?: number;
}

/** An `.h5` file of Keras 2, of a whole model or of weights alone. */
export function legacyFile(given: LegacyFile): Promise<Uint8Array> {
  const { modelConfig, trainingConfig, layers, optimizer, version = "2.9.0", backend = "tensorflow" } = given;
  return hdf5((file) => {
    const prefix = modelConfig === undefined ? "" : "model_weights";
    const names = (group: h5.Group, attribute: string, list: readonly string[]): void => {
      const size = Math.max(1, ...list.map(({ length }) => length));
      const { namesPerPart = list.length } = given;
      if (list.length === 0) group.create_attribute(attribute, [], [0], "<d");
      else if (namesPerPart >= list.length) group.create_attribute(attribute, [...list], null, `S${size}`);
      else
        for (let i = 0; i * namesPerPart < list.length; i++)
          group.create_attribute(
            `${attribute}${i}`,
            list.slice(i * namesPerPart, (i + 1) * namesPerPart),
            null,
            `S${size}`,
          );
    };
    const root = makeGroup(file, prefix);
    for (const group of prefix === "" ? [root] : [root, file]) {
      if (version !== null) group.create_attribute("keras_version", version);
      group.create_attribute("backend", backend);
    }
    if (modelConfig !== undefined) file.create_attribute("model_config", JSON.stringify(modelConfig));
    if (trainingConfig !== undefined)
      file.create_attribute("training_config", JSON.stringify(trainingConfig));
    names(root, "layer_names", Object.keys(layers));
    for (const [layer, weights] of Object.entries(layers)) {
      const path = `${prefix}/${layer}`;
      names(makeGroup(file, path), "weight_names", Object.keys(weights));
      for (const [name, array] of Object.entries(weights)) put(file, `${path}/${name}`, array);
    }
    if (!optimizer) return;
    names(makeGroup(file, "optimizer_weights"), "weight_names", Object.keys(optimizer));
    for (const [name, array] of Object.entries(optimizer)) put(file, `optimizer_weights/${name}`, array);
  });
}
