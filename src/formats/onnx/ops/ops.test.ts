import { afterAll, expect, test } from "vitest";
import { type GraphContent, numbersFor, onnxBytes, runOnnx, tensor } from "../../../../test/onnx.ts";
import { compute } from "../../../arrays/compute.ts";
import { disposeBackends } from "../../../backends/choose-backend.ts";
import type { Shape } from "../../../core/shape.ts";
import { Operand } from "../operand.ts";
import { readGraph } from "../read-graph.ts";
import { writeGraph } from "../write-graph.ts";
import { asConstant } from "../write-node.ts";
import { onnxOps } from "./index.ts";

afterAll(() => disposeBackends());

interface Row {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Shape[];
  readonly attributes?: Exclude<GraphContent["nodes"][number]["attributes"], undefined>;
  /** Initializers behind the inputs; `undefined` leaves an input out. */
  readonly constants?: readonly (ReturnType<typeof tensor> | undefined)[];
  readonly opset?: number;
  readonly outputs?: number;
}

const ints = (name: string, numbers: readonly number[]) => tensor(name, [numbers.length], numbers, "int64");
const floats = (name: string, numbers: readonly number[]) => tensor(name, [numbers.length], numbers);
const image: Shape = [2, 4, 5, 6];

const row = (
  op: string,
  name: string,
  more: Omit<Row, "op" | "name" | "inputs"> = {},
  inputs: readonly Shape[] = [image],
): Row => ({
  op,
  name,
  inputs,
  ...more,
});

const unary = [
  "Abs",
  "Ceil",
  "Celu",
  "Cos",
  "Elu",
  "Erf",
  "Exp",
  "Floor",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "LogSoftmax",
]
  .concat([
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Softmax",
    "Softplus",
    "Softsign",
  ])
  .concat(["Tan", "Tanh", "ThresholdedRelu", "GlobalAveragePool", "GlobalMaxPool", "LpNormalization"]);

const rows: Row[] = [
  ...unary.map((op) => row(op, "with its defaults", { opset: op === "Mish" ? 18 : 17 })),
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean", "PRelu"].map((op) =>
    row(op, "a number for each channel", {}, [image, [4, 1, 1]]),
  ),
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map((op) =>
    row(op, "compares", {}, [image, [6]]),
  ),
  ...[
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
    "ReduceLogSumExp",
  ].map((op) => row(op, "axes as an attribute", { attributes: { axes: [1, -1], keepdims: 0 } })),
  row("ReduceSum", "axes as an input", { constants: [ints("axes", [2, 3])] }),
  row("ReduceSum", "no axes: all of them"),
  row("ReduceMean", "axes as an input since 18", { opset: 18, constants: [ints("axes", [-2])] }),
  row("ReduceSum", "axes as an attribute before 13", { opset: 11, attributes: { axes: [0, 2] } }),
  row("ReduceProd", "few factors", { attributes: { axes: [1] } }, [[2, 3]]),
  row("ReduceLogSum", "a sum below 0 has no logarithm", { attributes: { axes: [1] } }, [[2, 3]]),
  row("ArgMax", "the first of equals", { attributes: { axis: 1 } }),
  row("ArgMin", "without the axis", { attributes: { axis: -1, keepdims: 0 } }),
  row("Softmax", "all axes from 1 before 13", { opset: 11 }),
  row("Softmax", "from axis 2 before 13", { opset: 12, attributes: { axis: 2 } }),
  row("LogSoftmax", "along the first axis", { attributes: { axis: 0 } }),
  row("Clip", "bounds as attributes before 11", { opset: 10, attributes: { min: -0.5, max: { float: 1 } } }),
  row("Clip", "only an upper bound", { constants: [undefined, tensor("max", [], [0.25])] }),
  row("Pow", "a whole exponent of numbers below 0", { constants: [tensor("exponent", [], [3])] }),
  row("Cast", "to whole numbers, toward 0", { attributes: { to: 6 } }),
  row("Gelu", "by tanh", { opset: 20, attributes: { approximate: "tanh" } }),
  row("LeakyRelu", "another slope", { attributes: { alpha: 0.3 } }),
  row("Dropout", "ratio as an attribute", { opset: 10, attributes: { ratio: 0.3 } }),
  row("Reshape", "zeros and −1", { constants: [ints("shape", [0, -1, 0])] }),
  row("Flatten", "before axis 2", { attributes: { axis: 2 } }),
  row("Squeeze", "axes as an attribute before 13", { opset: 11, attributes: { axes: [1] } }, [[2, 1, 3]]),
  row("Unsqueeze", "axes as an input", { constants: [ints("axes", [-1, 0])] }, [[2, 3]]),
  row("Transpose", "any order", { attributes: { perm: [2, 0, 3, 1] } }),
  row("Expand", "axes of 1", { constants: [ints("shape", [2, 1, 6])] }, [[3, 1]]),
  row("Tile", "along two axes", { constants: [ints("repeats", [1, 2, 1, 3])] }),
  row("Concat", "along the last axis", { attributes: { axis: -1 } }, [image, [2, 4, 5, 1]]),
  row("Split", "sizes as an attribute before 13", {
    opset: 11,
    outputs: 2,
    attributes: { axis: 1, split: [1, 3] },
  }),
  row("Split", "the last part smaller", { opset: 18, outputs: 2, attributes: { axis: 2, num_outputs: 2 } }),
  row("Slice", "as attributes before 10", {
    opset: 9,
    attributes: { starts: [1, -3], ends: [9, -1], axes: [1, 3] },
  }),
  row("Slice", "every second, and backwards", {
    constants: [
      ints("starts", [0, -1]),
      ints("ends", [6, -9999]),
      ints("axes", [3, 1]),
      ints("steps", [2, -1]),
    ],
  }),
  row("Pad", "pads as an attribute before 11", {
    opset: 10,
    attributes: { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: { float: 3 } },
  }),
  ...["reflect", "edge"].map((mode) =>
    row("Pad", mode, { attributes: { mode }, constants: [ints("pads", [0, 0, 1, 2, 0, 0, 3, 1])] }),
  ),
  row("Pad", "wrap, some axes", {
    opset: 19,
    attributes: { mode: "wrap" },
    constants: [ints("pads", [2, 1]), undefined, ints("axes", [3])],
  }),
  row("Pad", "cutting off", { constants: [ints("pads", [0, 0, -1, 0, 0, 0, 0, -2])] }),
  row("Gather", "a table of indices", {
    attributes: { axis: 1 },
    constants: [tensor("indices", [2, 2], [0, 3, -1, 1], "int64")],
  }),
  row("DepthToSpace", "depth first", { attributes: { blocksize: 2 } }),
  row("DepthToSpace", "columns first", { attributes: { blocksize: 2, mode: "CRD" } }),
  row("SpaceToDepth", "blocks of 2", { attributes: { blocksize: 2 } }, [[2, 3, 4, 6]]),
  row("MatMul", "matrices one by one", {}, [
    [2, 3, 4],
    [2, 4, 5],
  ]),
  row("MatMul", "one matrix for all", {}, [
    [2, 3, 4],
    [4, 5],
  ]),
  row("Gemm", "all attributes", { attributes: { alpha: 0.5, beta: { float: 2 }, transA: 1, transB: 1 } }, [
    [4, 3],
    [5, 4],
    [1, 5],
  ]),
  row(
    "Conv",
    "groups, strides, dilations, pads by side",
    { attributes: { group: 2, strides: [2, 1], dilations: [1, 2], pads: [1, 0, 2, 1] } },
    [image, [6, 2, 3, 2], [6]],
  ),
  row("Conv", "one axis, the odd pad first", { attributes: { auto_pad: "SAME_LOWER", strides: [2] } }, [
    [2, 3, 7],
    [4, 3, 2],
  ]),
  row("Conv", "three axes", {}, [
    [1, 2, 4, 5, 3],
    [3, 2, 2, 2, 2],
  ]),
  row(
    "ConvTranspose",
    "output padding and groups",
    { attributes: { group: 2, strides: [2, 3], output_padding: [1, 2], pads: [1, 0, 1, 1] } },
    [image, [4, 3, 3, 3], [6]],
  ),
  row(
    "ConvTranspose",
    "kernel smaller than stride",
    { attributes: { strides: [3, 3], output_shape: [15, 18], auto_pad: "SAME_UPPER" } },
    [image, [4, 1, 2, 2]],
  ),
  row("MaxPool", "rounded up, padded", {
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  }),
  row("MaxPool", "indices in columns", {
    outputs: 2,
    attributes: { kernel_shape: [2, 3], pads: [1, 1, 0, 1], storage_order: 1 },
  }),
  row("MaxPool", "dilated", { attributes: { kernel_shape: [2, 2], dilations: [2, 3] } }),
  row("AveragePool", "padding that counts", {
    attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 1, 1, 0], count_include_pad: 1 },
  }),
  row("AveragePool", "padding that does not count, rounded up", {
    opset: 19,
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  }),
  row("BatchNormalization", "known statistics", {
    opset: 9,
    attributes: { epsilon: 0.01 },
    constants: [
      floats("scale", [1, 2, -1, 0.5]),
      floats("b", [0, 1, 2, 3]),
      floats("mean", [1, 0, -1, 2]),
      floats("var", [1, 2, 0.5, 4]),
    ],
  }),
  row("InstanceNormalization", "each image by itself", {}, [image, [4], [4]]),
  row("LayerNormalization", "two axes", { attributes: { axis: 2 } }, [image, [5, 6], [5, 6]]),
  row("GroupNormalization", "numbers for channels since 21", { opset: 21, attributes: { num_groups: 2 } }, [
    image,
    [4],
    [4],
  ]),
  row("LRN", "channels at the ends", { attributes: { size: 5, alpha: 0.01, beta: 0.6, bias: 2.5 } }, [
    [2, 7, 3, 4],
  ]),
  row("Upsample", "scales as an attribute before 9", {
    opset: 7,
    attributes: { mode: "nearest", scales: [1, 1, 2, 3.0001].map((n) => Math.fround(n)) },
  }),
  row("Upsample", "linear", {
    opset: 9,
    attributes: { mode: "linear" },
    constants: [floats("scales", [1, 1, 2, 2])],
  }),
  row("Resize", "version 10", { opset: 10, constants: [floats("scales", [1, 1, 2, 2])] }),
  ...["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"].map((mode) =>
    row("Resize", `linear, ${mode}`, {
      opset: 19,
      attributes: { mode: "linear", coordinate_transformation_mode: mode },
      constants: [undefined, undefined, ints("sizes", [2, 4, 7, 9])],
    }),
  ),
  ...["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((mode) =>
    row("Resize", `nearest, ${mode}`, {
      opset: 13,
      attributes: { nearest_mode: mode },
      constants: [undefined, floats("scales", [1, 1, 1.6, 0.7])],
    }),
  ),
  row("Resize", "cubic", {
    opset: 13,
    attributes: { mode: "cubic", exclude_outside: 1, cubic_coeff_a: -0.5 },
    constants: [undefined, floats("scales", [1, 1, 2, 1.5])],
  }),
];

function graphOf({
  op,
  inputs,
  attributes = {},
  constants = [],
  opset = 17,
  outputs = 1,
}: Row): GraphContent {
  const names = inputs.map((_, i) => `x${i}`);
  return {
    opset,
    nodes: [
      {
        op,
        inputs: [...names, ...constants.map((constant) => constant?.name ?? "")],
        outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
        attributes,
      },
    ],
    inputs: Object.fromEntries(inputs.map((shape, i) => [names[i], shape])),
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    initializers: constants.flatMap((constant) => constant ?? []),
  };
}

/** What this package makes of output `index`, on its fast backend. */
async function ours(bytes: Uint8Array, shapes: readonly Shape[], index: number) {
  const onnx = readGraph(bytes, "test");
  return compute(
    (...values) => {
      const [{ graph }] = values;
      const given = onnx.inputs.map(({ name, type }, i): [string, Operand] => [
        name,
        Operand.of(values[i], type),
      ]);
      const results = writeGraph(onnx, new Map(given), { graph, make: asConstant(graph) });
      return [...results.values()][index].value;
    },
    shapes.map((shape, i) => ({ shape: [...shape], data: numbersFor(shape, i + 1) })),
  );
}

/** The largest difference relative to 1 + |expected|. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((worst, want, i) => {
    const isSame = actual[i] === want || (Number.isNaN(actual[i]) && Number.isNaN(want));
    return Math.max(worst, isSame ? 0 : Math.abs(actual[i] - want) / (1 + Math.abs(want)));
  }, 0);
}

test.each(rows.map((entry) => [entry.op, entry.name, entry] as const))(
  "%s, %s, computes what onnxruntime does",
  async (_op, _name, entry) => {
    const bytes = onnxBytes(graphOf(entry));
    const feeds = entry.inputs.map(
      (shape, i) => [`x${i}`, { shape, data: numbersFor(shape, i + 1) }] as const,
    );
    const expected = await runOnnx(bytes, Object.fromEntries(feeds));
    for (const [i, { shape, data }] of Object.values(expected).entries()) {
      const actual = await ours(bytes, entry.inputs, i);
      expect(actual.shape).toEqual([...shape]);
      expect(difference(actual.data, data)).toBeLessThan(1e-5);
    }
  },
);

interface Chain {
  readonly name: string;
  readonly nodes: GraphContent["nodes"];
  readonly initializers?: NonNullable<GraphContent["initializers"]>;
  readonly opset?: number;
}

const node = (op: string, inputs: string, outputs: string, attributes: Row["attributes"] = {}) => ({
  op,
  inputs: inputs.split(" ").map((name) => (name === "_" ? "" : name)),
  outputs: outputs.split(" "),
  attributes,
});

/** Graphs of several nodes that begin with `x` and end with `y`. */
const chains: Chain[] = [
  {
    name: "conditions choose",
    nodes: [
      node("Greater", "x half", "a"),
      node("Less", "x one", "b"),
      node("And", "a b", "both"),
      node("Not", "both", "neither"),
      node("Or", "neither a", "any"),
      node("Where", "any x half", "y"),
    ],
    initializers: [tensor("half", [], [0.5]), tensor("one", [], [1])],
  },
  {
    name: "roots and logarithms of numbers above 0",
    nodes: [
      node("Abs", "x", "a"),
      node("Sqrt", "a", "b"),
      node("Log", "a", "c"),
      node("CastLike", "b c", "d"),
      node("Mod", "c one", "e", { fmod: 1 }),
      node("Add", "d e", "y"),
    ],
    initializers: [tensor("one", [], [0.7])],
    opset: 15,
  },
  {
    name: "shapes computed from shapes",
    nodes: [
      node("Shape", "x", "shape"),
      node("Shape", "x", "last", { start: -1 }),
      node("Size", "x", "size"),
      node("Gather", "shape zero", "first", { axis: 0 }),
      node("Div", "size last", "rows"),
      node("Mul", "rows last", "all"),
      node("Div", "all first", "each"),
      node("Unsqueeze", "first zeros", "firsts"),
      node("Concat", "firsts each", "target", { axis: 0 }),
      node("Reshape", "x target", "flat"),
      node("Constant", "", "count", { value: tensor("", [], [240], "int64") }),
      node("Range", "zero count one", "numbers"),
      node("Cast", "numbers", "reals", { to: 1 }),
      node("Reshape", "reals target", "table"),
      node("ConstantOfShape", "target", "twos", { value: tensor("", [1], [2]) }),
      node("Mul", "table twos", "weights"),
      node("Add", "flat weights", "y"),
    ].map((entry) => ({ ...entry, inputs: entry.inputs.filter((name) => name !== "") })),
    initializers: [tensor("zero", [], [0], "int64"), tensor("one", [], [1], "int64"), ints("zeros", [0])],
    opset: 15,
  },
  {
    name: "a product of lengths",
    nodes: [
      node("Shape", "x", "shape"),
      node("Slice", "shape starts ends", "part"),
      node("ReduceProd", "part", "product", { keepdims: 1 }),
      node("Concat", "minus product", "target", { axis: 0 }),
      node("Reshape", "x target", "y"),
    ],
    initializers: [ints("starts", [2]), ints("ends", [9]), ints("minus", [-1])],
  },
];

test.each(chains.map((chain) => [chain.name, chain] as const))("%s", async (_name, chain) => {
  const bytes = onnxBytes({ opset: 17, ...chain, inputs: { x: image }, outputs: ["y"] });
  const { y } = await runOnnx(bytes, { x: { shape: image, data: numbersFor(image) } });
  const actual = await ours(bytes, [image], 0);
  expect(actual.shape).toEqual([...y.shape]);
  expect(difference(actual.data, y.data)).toBeLessThan(1e-5);
});

/** Newer than the onnxruntime that tests run with; ONNX's own tests have it. */
const elsewhere = ["RMSNormalization", "Swish"];

test("every op has a row here", () => {
  const named = new Set([...rows, ...chains.flatMap(({ nodes }) => nodes)].map(({ op }) => op));
  expect([...onnxOps.keys()].filter((op) => !named.has(op) && !elsewhere.includes(op))).toEqual([]);
});
