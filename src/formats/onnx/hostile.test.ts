import { afterAll, expect, test } from "vitest";
import { type GraphContent, numbersFor, onnxBytes, onnxMessage, tensor } from "../../../test/onnx.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { ConvNetError, FileError } from "../../core/errors.ts";
import { createRandom, type Random } from "../../core/random.ts";
import { loadModel } from "../../training/load-model.ts";
import { decode, encode } from "./protobuf.ts";
import type { MessageToWrite } from "./schema.ts";

afterAll(() => disposeBackends());

const weights = (name: string, dims: readonly number[]) => tensor(name, dims, [...numbersFor(dims)]);
const ints = (name: string, numbers: readonly number[]) => tensor(name, [numbers.length], numbers, "int64");

/** A small network with the ops whose sizes files decide. */
const content: GraphContent = {
  opset: 13,
  inputs: { x: ["N", 2, 6, 6] },
  outputs: ["y"],
  nodes: [
    {
      op: "Conv",
      inputs: ["x", "k", "b"],
      outputs: ["c"],
      attributes: { pads: [1, 1, 1, 1], strides: [1, 1] },
    },
    { op: "BatchNormalization", inputs: ["c", "s", "b", "b", "v"], outputs: ["n"] },
    { op: "MaxPool", inputs: ["n"], outputs: ["p"], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { op: "Resize", inputs: ["p", "", "scales"], outputs: ["r"], attributes: { mode: "linear" } },
    { op: "Pad", inputs: ["r", "pads"], outputs: ["d"] },
    {
      op: "ConstantOfShape",
      inputs: ["filled"],
      outputs: ["f"],
      attributes: { value: tensor("", [1], [0.5]) },
    },
    { op: "Add", inputs: ["d", "f"], outputs: ["a"] },
    { op: "Slice", inputs: ["a", "starts", "ends", "axes"], outputs: ["t"] },
    { op: "Expand", inputs: ["t", "wide"], outputs: ["e"] },
    { op: "Shape", inputs: ["e"], outputs: ["shape"] },
    { op: "Gather", inputs: ["shape", "zero"], outputs: ["first"], attributes: { axis: 0 } },
    { op: "Concat", inputs: ["first", "minus"], outputs: ["target"], attributes: { axis: 0 } },
    { op: "Reshape", inputs: ["e", "target"], outputs: ["flat"] },
    { op: "Gemm", inputs: ["flat", "w"], outputs: ["y"] },
  ],
  initializers: [
    weights("k", [3, 2, 3, 3]),
    weights("b", [3]),
    weights("s", [3]),
    tensor("v", [3], [1, 2, 3]),
    tensor("scales", [4], [1, 1, 2, 2]),
    ints("pads", [0, 0, 1, 1, 0, 0, 0, 0]),
    ints("filled", [1, 3, 7, 7]),
    ints("starts", [1, 2]),
    ints("ends", [9, 7]),
    ints("axes", [2, 3]),
    ints("wide", [1, 3, 6, 5]),
    ints("zero", [0]),
    ints("minus", [-1]),
    weights("w", [90, 2]),
  ],
};

const good = onnxBytes(content);

/** One change of the bytes: a bit, a byte, a cut, a block moved, a length that lies. */
function mutateBytes(random: Random): Uint8Array<ArrayBuffer> {
  const bytes = good.slice();
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0:
      bytes[at] ^= 1 << random.below(8);
      return bytes;
    case 1:
      bytes[at] = [0, 0x7f, 0x80, 0xff][random.below(4)];
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1 + random.below(16))]);
    case 4:
      bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
      return bytes;
    default:
      return Uint8Array.from([...bytes.slice(0, at), 0xff, 0xff, 0xff, 0xff, 0x7f, ...bytes.slice(at)]);
  }
}

const sizes = [0, -1, -2, 1, 2, 3, 7, 1 << 16, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, 1_000_003, 2_000_006];
const names = ["__proto__", "constructor", "", "x", "c", "toString", "no such name"];

/** One change of what a well-formed file says: a length, a name, a number, an op, an attribute. */
function mutateContent(random: Random): Uint8Array<ArrayBuffer> {
  const { graph, ...model } = onnxMessage(content);
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)];
  const changed = <Item>(list: readonly Item[] | undefined, change: (item: Item) => Item): Item[] => {
    const copy = [...(list ?? [])];
    const at = random.below(copy.length);
    if (copy.length > 0) copy[at] = change(copy[at]);
    return copy;
  };
  const number = () => pick(sizes);
  const node = (change: (node: MessageToWrite<"Node">) => MessageToWrite<"Node">) => ({
    ...graph,
    node: changed(graph?.node, change),
  });
  const initializer = (change: (array: MessageToWrite<"Tensor">) => MessageToWrite<"Tensor">) => ({
    ...graph,
    initializer: changed(graph?.initializer, change),
  });
  const changes = [
    () => initializer((array) => ({ ...array, dims: changed(array.dims, number) })),
    () => initializer((array) => ({ ...array, dims: [...(array.dims ?? []), number()] })),
    () => initializer((array) => ({ ...array, int64Data: changed(array.int64Data, number) })),
    () =>
      initializer((array) => ({
        ...array,
        floatData: changed(array.floatData, () => pick([0, -1, 1e30, NaN, Infinity, 0.001])),
      })),
    () => initializer((array) => ({ ...array, dataType: random.below(30) })),
    () => initializer((array) => ({ ...array, name: pick(names) })),
    () => initializer((array) => ({ ...array, rawData: new Uint8Array(random.below(64)) })),
    () => initializer((array) => ({ ...array, dataLocation: 1, externalData: [new Uint8Array(4)] })),
    () => node((old) => ({ ...old, input: changed(old.input, () => pick(names)) })),
    () => node((old) => ({ ...old, output: changed(old.output, () => pick(names)) })),
    () =>
      node((old) => ({
        ...old,
        opType: pick([...names, "Tile", "Flatten", "ConvTranspose", "Split", "Loop", "LRN"]),
      })),
    () => node((old) => ({ ...old, input: [] })),
    () =>
      node((old) => ({
        ...old,
        attribute: changed(old.attribute, (own) => ({ ...own, name: pick([...names, "group", "axis"]) })),
      })),
    () =>
      node((old) => ({
        ...old,
        attribute: changed(old.attribute, (own) => ({ ...own, ints: changed(own.ints, number) })),
      })),
    () =>
      node((old) => ({
        ...old,
        attribute: changed(old.attribute, (own) => ({ ...own, i: number(), type: random.below(16) })),
      })),
    () =>
      node((old) => ({
        ...old,
        attribute: [...(old.attribute ?? []), { name: "group", type: 2, i: number() }],
      })),
    () => ({ ...graph, node: (graph?.node ?? []).filter(() => random.uniform() > 0.1) }),
    () => ({ ...graph, output: [{ name: pick(["a", "shape", "f", "x"]) }] }),
    () => ({
      ...graph,
      input: [
        {
          name: "x",
          type: {
            tensorType: {
              elemType: random.below(18),
              shape: { dim: [1, 2, 3, 4].map(() => ({ dimValue: number() })) },
            },
          },
        },
      ],
    }),
  ];
  return encode("Model", { ...model, graph: pick(changes)() });
}

test("whatever a file says, it loads or is refused", async () => {
  const random = createRandom(7, "hostile files");
  await (await loadModel(good)).dispose();
  const counts = { loaded: 0, refused: 0 };
  for (let i = 0; i < 5000; i++) {
    const bytes = i % 2 === 0 ? mutateBytes(random) : mutateContent(random);
    try {
      await (await loadModel(bytes, { backend: "reference" })).dispose();
      counts.loaded++;
    } catch (error) {
      if (!(error instanceof ConvNetError))
        throw new Error(`change ${i}: ${String(error)}`, { cause: error });
      counts.refused++;
    }
  }
  expect(counts.loaded).toBeGreaterThan(500);
  expect(counts.refused).toBeGreaterThan(2000);
}, 300_000);

test("a chain of arrays that each repeats the one before stays within bounds", async () => {
  const levels = Array.from({ length: 12 }, (_, i) => i);
  const bomb = onnxBytes({
    inputs: { x: ["N", 1] },
    outputs: ["y"],
    nodes: [
      ...levels.map((i) => ({ op: "Tile", inputs: [`a${i}`, "ten"], outputs: [`a${i + 1}`] })),
      { op: "Add", inputs: ["x", "a12"], outputs: ["y"] },
    ],
    initializers: [tensor("a0", [1], [1]), ints("ten", [10])],
  });
  await expect(loadModel(bomb)).rejects.toBeInstanceOf(FileError);
});

test("fields of a later version are passed over", () => {
  const later = Uint8Array.from([...good, 0xfa, 0x7f, 3, 1, 2, 3]);
  expect(decode("Model", later, "test")).toEqual(decode("Model", good, "test"));
});
