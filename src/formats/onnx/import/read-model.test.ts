import { afterAll, describe, expect, test } from "vitest";
import {
  type GraphContent,
  type NodeContent,
  numbersFor,
  onnxBytes,
  onnxMessage,
  runOnnx,
  tensor,
} from "../../../../test/onnx.ts";
import { disposeBackends } from "../../../backends/choose-backend.ts";
import { FileError } from "../../../core/errors.ts";
import { type Shape, sizeOf } from "../../../core/shape.ts";
import { loadModel } from "../../../training/load-model.ts";
import type { Model } from "../../../training/model.ts";
import { loadModel as loadPredictor } from "../../../training/predictor.ts";
import { encode } from "../protobuf.ts";

afterAll(() => disposeBackends());

const weights = (name: string, dims: Shape, seed: number) =>
  tensor(
    name,
    dims,
    [...numbersFor(dims, seed)].map((value) => value / 4),
  );
const above0 = (name: string, count: number) =>
  tensor(
    name,
    [count],
    [...numbersFor([count], 5)].map((n) => n + 3),
  );
const ints = (name: string, numbers: readonly number[]) => tensor(name, [numbers.length], numbers, "int64");
const node = (
  op: string,
  inputs: string,
  outputs: string,
  attributes: NodeContent["attributes"] = {},
): NodeContent => ({
  op,
  inputs: inputs.split(" "),
  outputs: outputs.split(" "),
  attributes,
});

/** Convolutions, batch normalization, pools and dense layers, as other systems export them. */
const cnn: GraphContent = {
  inputs: { image: ["N", 3, 9, 8] },
  outputs: ["scores"],
  nodes: [
    node("Conv", "image k1", "c1", { pads: [1, 1, 1, 1], strides: [2, 1] }),
    node("BatchNormalization", "c1 scale offset mean variance", "n1", { epsilon: 0.001 }),
    node("Relu", "n1", "r1"),
    node("MaxPool", "r1", "p1", { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    node("Conv", "p1 k2 b2", "c2", { group: 2, auto_pad: "SAME_LOWER" }),
    node("Dropout", "c2", "d"),
    node("Flatten", "d", "f"),
    node("Gemm", "f w1 v1", "g", { transB: 1 }),
    node("Relu", "g", "r2"),
    node("MatMul", "r2 w2", "m"),
    node("Add", "v2 m", "a"),
    node("Softmax", "a", "scores"),
  ],
  initializers: [
    weights("k1", [4, 3, 3, 3], 1),
    weights("b2", [6], 2),
    weights("scale", [4], 3),
    weights("offset", [4], 4),
    weights("mean", [4], 5),
    above0("variance", 4),
    weights("k2", [6, 2, 2, 2], 6),
    weights("w1", [7, 6 * 3 * 4], 7),
    weights("v1", [7], 8),
    weights("w2", [7, 5], 9),
    weights("v2", [5], 10),
    weights("unused", [1000], 11),
  ],
};

/** Branches, and ops that no layer of ours stands for. */
const branches: GraphContent = {
  inputs: { image: ["N", 4, 6, 6] },
  outputs: ["y", "maps"],
  nodes: [
    node("Conv", "image k1", "c1", { pads: [1, 1, 1, 1] }),
    node("ReduceMean", "c1", "s1", { axes: [2, 3], keepdims: 1 }),
    node("HardSigmoid", "s1", "s2", { alpha: 0.3 }),
    node("Mul", "c1 s2", "excited"),
    node("Mul", "excited gain", "scaled"),
    node("LeakyRelu", "scaled", "leaky"),
    node("Add", "leaky image", "sum"),
    node("PRelu", "sum slope", "bent"),
    node("Concat", "bent sum", "joined", { axis: 1 }),
    node("Resize", "joined _ scales", "maps", { mode: "linear" }),
    node("AveragePool", "joined", "a", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    node("InstanceNormalization", "a iscale ioffset", "i"),
    node("Softplus", "i", "o"),
    node("GlobalAveragePool", "o", "g"),
    node("Squeeze", "g axes", "q"),
    node("Clip", "q low high", "y"),
  ].map((entry) => ({ ...entry, inputs: entry.inputs.map((name) => (name === "_" ? "" : name)) })),
  initializers: [
    weights("k1", [4, 4, 3, 3], 1),
    weights("gain", [4, 1, 1], 2),
    weights("slope", [4, 1, 1], 3),
    tensor("scales", [4], [1, 1, 2, 1.5]),
    weights("iscale", [8], 4),
    weights("ioffset", [8], 5),
    ints("axes", [2, 3]),
    tensor("low", [], [-0.5]),
    tensor("high", [], [1.5]),
  ],
};
/** What PyTorch writes for `x.view(x.size(0), -1)` and for channels that are shuffled. */
const views: GraphContent = {
  opset: 13,
  inputs: { x: ["batch", 4, 3, 3] },
  outputs: ["y"],
  nodes: [
    node("Reshape", "x groups", "g"),
    node("Transpose", "g", "t", { perm: [0, 2, 1, 3, 4] }),
    node("Reshape", "t back", "b"),
    node("Sigmoid", "b", "s"),
    node("Shape", "s", "shape"),
    node("Gather", "shape zero", "n"),
    node("Unsqueeze", "n axis", "ns"),
    node("Concat", "ns minus", "target", { axis: 0 }),
    node("Reshape", "s target", "f"),
    node("Gemm", "f w v", "y"),
  ],
  initializers: [
    ints("groups", [-1, 2, 2, 3, 3]),
    ints("back", [0, -1, 3, 3]),
    tensor("zero", [], [0], "int64"),
    ints("axis", [0]),
    ints("minus", [-1]),
    weights("w", [36, 3], 1),
    weights("v", [1, 3], 2),
  ],
};

async function differenceFromRuntime(model: Model, bytes: Uint8Array, shape: Shape): Promise<number> {
  const [name] = Object.keys(model.inputShapes);
  const x = numbersFor(shape, 3);
  const expected = await runOnnx(bytes, { [name]: { shape, data: x } });
  const actual = await model.predictAll({ [name]: x });
  return Object.entries(expected).reduce((worst, [output, { shape: expectedShape, data }]) => {
    expect(actual[output].shape).toEqual([...expectedShape]);
    return data.reduce((most, want, i) => Math.max(most, Math.abs(actual[output].data[i] - want)), worst);
  }, 0);
}

const typesOf = (model: Model) => model.layers.map(({ type }) => type);

describe("a network of another system", () => {
  test("predicts what onnxruntime predicts, with layers of this package", async () => {
    const bytes = onnxBytes(cnn);
    const model = await loadModel(bytes);
    expect(await differenceFromRuntime(model, bytes, [3, 3, 9, 8])).toBeLessThan(1e-5);
    const own = typesOf(model).slice(2);
    expect(own).toEqual([
      "conv2d",
      "batchNormalization",
      "activation",
      "maxPooling2d",
      "conv2d",
      "dropout",
      "flatten",
      "dense",
      "activation",
      "dense",
      "activation",
    ]);
    await model.dispose();
  });

  test("goes on training, its own parts and those of ONNX", async () => {
    for (const content of [cnn, branches]) {
      const model = await loadModel(onnxBytes(content));
      const [name, shape] = Object.entries(model.inputShapes)[0];
      const { scores, y } = model.outputShapes;
      const classes = (scores ?? y)[0];
      const before = await model.getWeights();
      const hasMaps = model.outputShapes.maps !== undefined;
      model.compile({
        optimizer: "adam",
        loss: hasMaps ? { y: "meanSquaredError" } : "meanSquaredError",
      });
      const x = numbersFor([8, ...shape], 7);
      const labels = numbersFor([8, classes], 8);
      const step = () => model.trainOnBatch({ [name]: x }, hasMaps ? { y: labels } : labels);
      const first = await step();
      for (let i = 0; i < 20; i++) await step();
      expect((await step()).loss).toBeLessThan(first.loss);
      const after = await model.getWeights();
      const trained = model.layers.flatMap((layer) =>
        layer.trainableWeights.map((weight) => `${layer.name}/${weight.name}`),
      );
      const unchanged = trained.filter((path) => {
        const [old, now] = [before, after].map(
          (list) => list.find((weight) => weight.name === path)?.data ?? [],
        );
        return Array.from(old).every((value, i) => value === now[i]);
      });
      expect(unchanged).toEqual([]);
      await model.dispose();
    }
  });

  test("is the same after it was saved and loaded again", async () => {
    const model = await loadModel(onnxBytes(branches));
    const saved = await model.serialize({ format: "safetensors" });
    const x = numbersFor([2, 4, 6, 6]);
    const expected = await model.predictAll(x);
    const again = await loadModel(saved);
    expect(await again.predictAll(x)).toEqual(expected);
    const predictor = await loadPredictor(saved);
    expect(await predictor.predictAll(x)).toEqual(expected);
    await Promise.all([model.dispose(), again.dispose(), predictor.dispose()]);
  });

  test.each([
    ["branches and ops without a layer", branches, [2, 4, 6, 6]],
    ["views that ask for the number of samples", views, [5, 4, 3, 3]],
  ] as const)("predicts what onnxruntime predicts: %s", async (_name, content, shape) => {
    const bytes = onnxBytes(content);
    const model = await loadModel(bytes);
    expect(await differenceFromRuntime(model, bytes, shape)).toBeLessThan(1e-5);
    await model.dispose();
  });

  test("made for one sample at a time takes any number of them", async () => {
    const content: GraphContent = {
      inputs: { x: [1, 2, 3, 3] },
      outputs: ["y"],
      nodes: [node("Reshape", "x target", "f"), node("MatMul", "f w", "y")],
      initializers: [ints("target", [1, 18]), weights("w", [18, 4], 1)],
    };
    const bytes = onnxBytes(content);
    const model = await loadModel(bytes);
    const x = numbersFor([3, 2, 3, 3]);
    const { data } = await model.predict(x);
    for (let sample = 0; sample < 3; sample++) {
      const own = x.slice(sample * 18, (sample + 1) * 18);
      const { y } = await runOnnx(bytes, { x: { shape: [1, 2, 3, 3], data: own } });
      for (const [i, want] of y.data.entries()) expect(data[sample * 4 + i]).toBeCloseTo(want, 5);
    }
    await model.dispose();
  });

  test("may list its nodes in any order", async () => {
    const expected = await loadModel(onnxBytes(cnn));
    const model = await loadModel(onnxBytes({ ...cnn, nodes: [...cnn.nodes].reverse() }));
    const x = numbersFor([2, 3, 9, 8]);
    expect(await model.predict(x)).toEqual(await expected.predict(x));
    await Promise.all([model.dispose(), expected.dispose()]);
  });

  test("uses weights twice as one layer", async () => {
    const bytes = onnxBytes({
      inputs: { a: ["N", 3, 5, 5], b: ["N", 3, 5, 5] },
      outputs: ["y"],
      nodes: [node("Conv", "a k", "ca"), node("Conv", "b k", "cb"), node("Sub", "ca cb", "y")],
      initializers: [weights("k", [2, 3, 3, 3], 1)],
    });
    const model = await loadModel(bytes);
    expect(typesOf(model).filter((type) => type === "conv2d")).toEqual(["conv2d"]);
    const [a, b] = [numbersFor([2, 3, 5, 5], 1), numbersFor([2, 3, 5, 5], 2)];
    const shape = [2, 3, 5, 5];
    const { y } = await runOnnx(bytes, { a: { shape, data: a }, b: { shape, data: b } });
    const { data } = await model.predict({ a, b });
    for (const [i, want] of y.data.entries()) expect(data[i]).toBeCloseTo(want, 5);
    await model.dispose();
  });
});

describe("initializers", () => {
  const half = (value: number) => {
    /* 0.5, 1, −2: exponents alone. */
    return { 0.5: 0x3800, 1: 0x3c00, [-2]: 0xc000 }[value] ?? 0;
  };
  const rawFloats = new Uint8Array(new Float32Array([0.5, 1, -2]).buffer);
  const rawDoubles = new Uint8Array(new Float64Array([0.5, 1, -2]).buffer);
  const rawHalves = new Uint8Array(new Uint16Array([0.5, 1, -2].map(half)).buffer);
  const rawBrains = new Uint8Array(new Uint16Array([0x3f00, 0x3f80, 0xc000]).buffer);
  test.each([
    ["float32 as raw bytes", { dataType: 1, rawData: rawFloats }],
    ["float32 as a list", { dataType: 1, floatData: [0.5, 1, -2] }],
    ["float64 as raw bytes", { dataType: 11, rawData: rawDoubles }],
    ["float64 as a list", { dataType: 11, doubleData: [0.5, 1, -2] }],
    ["float16 as raw bytes", { dataType: 10, rawData: rawHalves }],
    ["float16 as a list of bits", { dataType: 10, int32Data: [0.5, 1, -2].map(half) }],
    ["bfloat16 as raw bytes", { dataType: 16, rawData: rawBrains }],
  ])("%s", async (_name, content) => {
    const model = await loadModel(
      onnxBytes({
        inputs: { x: ["N", 3] },
        outputs: ["y"],
        nodes: [node("Mul", "x w", "y")],
        initializers: [{ name: "w", dims: [3], ...content }],
      }),
    );
    expect([...(await model.predict([1, 1, 1])).data]).toEqual([0.5, 1, -2]);
    await model.dispose();
  });
});

describe("what is refused", () => {
  const simple = (more: Partial<GraphContent> = {}): GraphContent => ({
    inputs: { x: ["N", 4] },
    outputs: ["y"],
    nodes: [{ ...node("Relu", "x", "y"), name: "act" }],
    ...more,
  });
  const withWeight = (content: Parameters<typeof encode<"Tensor">>[1]) =>
    simple({ nodes: [node("Add", "x w", "y")], initializers: [{ name: "w", ...content }] });
  test.each([
    ["an unknown op", simple({ nodes: [node("Relo", "x", "y")] }), /"Relo".*Did you mean "Relu"/],
    [
      "an attribute the op does not have",
      simple({ nodes: [node("Relu", "x", "y", { alpha: 1 })] }),
      /"alpha"/,
    ],
    [
      "another domain",
      simple({ nodes: [{ ...node("Relu", "x", "y"), domain: "com.microsoft" }] }),
      /com\.microsoft/,
    ],
    ["an opset of the future", simple({ opset: 99 }), /opset 99/],
    ["an opset of the past", simple({ opset: 6 }), /opset 6/],
    [
      "a cycle",
      simple({ nodes: [node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "a", "y")] }),
      /cycle/,
    ],
    ["an input that nothing makes", simple({ nodes: [node("Relu", "z", "y")] }), /"z", which nothing makes/],
    ["an output that nothing makes", simple({ outputs: ["z"] }), /"z"/],
    ["a name made twice", simple({ nodes: [node("Relu", "x", "y"), node("Tanh", "x", "y")] }), /again/],
    ["external data", withWeight({ dims: [4], dataType: 1, dataLocation: 1 }), /external data/],
    [
      "fewer bytes than the shape says",
      withWeight({ dims: [4], dataType: 1, rawData: new Uint8Array(12) }),
      /16 bytes.*12/,
    ],
    [
      "fewer numbers than the shape says",
      withWeight({ dims: [1 << 20], dataType: 1, floatData: [1] }),
      /1 numbers/,
    ],
    ["a length below 0", withWeight({ dims: [-4], dataType: 1, floatData: [] }), /whole numbers/],
    ["texts", withWeight({ dims: [1], dataType: 8 }), /string/],
    ["an open height", simple({ inputs: { x: ["N", 3, "height", 8] } }), /fixed height and width/],
    ["an op over the samples", simple({ nodes: [node("Softmax", "x", "y", { axis: 0 })] }), /Softmax/],
    [
      "a mean over the samples",
      simple({ nodes: [node("ReduceMean", "x", "y", { axes: [0] })] }),
      /each sample/,
    ],
    ["shapes that do not fit", withWeight({ dims: [3], dataType: 1, floatData: [1, 2, 3] }), /broadcast/],
  ] as const)("%s", async (_name, content, message) => {
    const load = loadModel(onnxBytes(content));
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toBeInstanceOf(FileError);
  });

  test("functions of the model's own", async () => {
    const bytes = encode("Model", { ...onnxMessage(simple()), functions: [new Uint8Array([1])] });
    await expect(loadModel(bytes)).rejects.toThrow(/functions/);
  });

  test("names that are no property names stay names", async () => {
    const model = await loadModel(
      onnxBytes(simple({ inputs: { ["__proto__"]: ["N", 2] }, nodes: [node("Relu", "__proto__", "y")] })),
    );
    expect(({} as Record<string, unknown>).shape).toBeUndefined();
    expect(sizeOf(model.inputShape)).toBe(2);
    await model.dispose();
  });
});
