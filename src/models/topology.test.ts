import { describe, expect, test } from "vitest";
import * as layers from "../layers/index.ts";
import { input } from "../layers/input.ts";
import type { Layer, SymbolicTensor } from "../layers/layer.ts";
import { diagram } from "./diagram.ts";
import { networkBetween } from "./network-between.ts";
import { loadNetwork } from "./network-of-spec.ts";
import { type ModelSpec, specOf } from "./spec.ts";
import { summaryOf } from "./summary.ts";

const conv = (name: string, filters = 4) => layers.conv2d({ filters, kernelSize: 3, padding: "same", name });

/** image → a → b → add(a's, c's) → out; c stands beside b. */
function residual(): { image: SymbolicTensor; out: SymbolicTensor } {
  const image = input({ shape: [8, 8, 1], name: "image" });
  const a = conv("a").apply(image);
  const b = conv("b2").apply(conv("b1").apply(a));
  const sum = layers.add({ name: "sum" }).apply([b, conv("c").apply(a)]);
  return { image, out: layers.flatten().apply(sum) };
}

const names = (list: readonly Layer[]) => list.map(({ name }) => name);

describe("the order of layers is Keras's", () => {
  test("by depth, and for the same depth as met from the outputs", () => {
    const { image, out } = residual();
    expect(names(networkBetween(image, out).layers)).toEqual([
      "image",
      "a",
      "b1",
      "b2",
      "c",
      "sum",
      "flatten",
    ]);
  });

  test("a shared layer stands where its deepest use is, once", () => {
    const left = input({ shape: [3], name: "left" });
    const right = input({ shape: [3], name: "right" });
    const shared = layers.dense({ units: 3, name: "shared" });
    const deep = shared.apply(layers.dense({ units: 3, name: "deep" }).apply(shared.apply(left)));
    const both = layers.add().apply([deep, shared.apply(right)]);
    const network = networkBetween([left, right], both).build(0);
    expect(names(network.layers)).toEqual(["left", "shared", "deep", "right", "add"]);
    expect(network.nodes.filter(({ layer }) => layer === shared)).toHaveLength(3);
    expect(network.weights.map(({ path }) => path)).toEqual([
      "shared/kernel",
      "shared/bias",
      "deep/kernel",
      "deep/bias",
    ]);
  });

  test("an input that no output depends on comes last", () => {
    const used = input({ shape: [2], name: "used" });
    const idle = input({ shape: [5], name: "idle" });
    const network = networkBetween([idle, used], layers.dense({ units: 1 }).apply(used));
    expect(names(network.layers)).toEqual(["used", "dense", "idle"]);
    expect(network.inputShapes).toEqual([[5], [2]]);
  });

  test("a model may begin in the middle of another, with the same layers", () => {
    const { image, out } = residual();
    const whole = networkBetween(image, out);
    const middle = whole.layers[1];
    const tensor = out.call.inputs[0].call.inputs[1].call.inputs[0];
    expect(tensor.call.layer).toBe(middle);
    const rest = networkBetween(tensor, out);
    expect(names(rest.layers)).toEqual(["a_input", "b1", "b2", "c", "sum", "flatten"]);
    expect(rest.inputShape).toEqual([8, 8, 4]);
  });
});

describe("what does not fit is refused", () => {
  test.each([
    {
      name: "an input that is not named",
      make: () => {
        const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "b" })];
        return networkBetween(a, layers.add().apply([a, b]));
      },
      message: 'model: expected the input "b", which an output needs, among inputs, got a.',
    },
    {
      name: "two layers of one name",
      make: () => {
        const a = input({ shape: [2] });
        const once = layers.dense({ units: 2, name: "d" }).apply(a);
        return networkBetween(a, layers.dense({ units: 2, name: "d" }).apply(once));
      },
      message: 'model: expected different layer names, got "d" twice.',
    },
    {
      name: "no outputs",
      make: () => networkBetween(input({ shape: [2] }), []),
      message: "model: expected at least one tensor as outputs, got none.",
    },
    {
      name: "shapes that neither agree nor repeat",
      make: () => layers.add().apply([input({ shape: [2, 3] }), input({ shape: [3, 3] })]),
      message: "add: expected shapes that broadcast, got [2, 3] and [3, 3].",
    },
    {
      name: "three inputs for a difference",
      make: () => layers.subtract().apply([0, 1, 2].map(() => input({ shape: [2] }))),
      message: "subtract: expected 2 inputs, as a list, got 3.",
    },
    {
      name: "two inputs for a layer that takes one",
      make: () => layers.flatten().apply([input({ shape: [2] }), input({ shape: [2] })]),
      message: "flatten: expected one input, got 2.",
    },
    {
      name: "maps of different sizes side by side",
      make: () => layers.concatenate().apply([input({ shape: [4, 4, 1] }), input({ shape: [5, 4, 1] })]),
      message:
        "concatenate: expected shapes that differ along axis 3 only, got [null, 4, 4, 1], [null, 5, 4, 1].",
    },
    {
      name: "joining along the batch",
      make: () => layers.concatenate({ axis: 0 }).apply([input({ shape: [2] }), input({ shape: [2] })]),
      message: "concatenate: expected another axis than that of the batch, got 0.",
    },
    {
      name: "axes of different lengths",
      make: () => layers.dot({ axes: 1 }).apply([input({ shape: [2] }), input({ shape: [3] })]),
      message: "dot: expected the same length along axes 1 and 1, got [null, 2] and [null, 3].",
    },
    {
      name: "a shape of nothing",
      make: () => input({ shape: [] }),
      message: "input: expected a shape of whole numbers ≥ 1, without the batch, got [].",
    },
  ])("$name", ({ make, message }) => {
    expect(make).toThrow(message);
  });
});

describe("graphs as JSON", () => {
  const again = async (spec: ModelSpec): Promise<ModelSpec> =>
    specOf(await loadNetwork("a.json", JSON.parse(JSON.stringify(spec))));

  test("say what each layer reads", async () => {
    const { image, out } = residual();
    const spec = specOf(networkBetween(image, out));
    expect(spec.inputs).toEqual(["image"]);
    expect(spec.outputs).toEqual(["flatten"]);
    expect(spec.layers.find(({ name }) => name === "sum")).toEqual({
      type: "add",
      name: "sum",
      calls: [["b2", "c"]],
    });
    expect(await again(spec)).toEqual(spec);
  });

  test("number the uses of a shared layer, keep modes and names of outputs", async () => {
    const image = input({ shape: [3], name: "x" });
    const shared = layers.dense({ units: 3, name: "d" });
    const once = shared.apply(image);
    const twice = shared.apply(once, { training: false });
    const spec = specOf(networkBetween(image, { first: once, second: twice }));
    expect(spec.outputs).toEqual({ first: "d#0", second: "d#1" });
    expect(spec.layers[1].calls).toEqual([["x"], { inputs: ["d#0"], training: false }]);
    expect(await again(spec)).toEqual(spec);
  });

  test.each([
    {
      spec: { inputs: ["x"], outputs: ["d"], layers: [{ type: "dense", name: "d", units: 1 }] },
      message:
        'a.json, layers[0]: expected calls as lists of names, such as [["conv2d", "input"]], got none.',
    },
    {
      spec: {
        inputs: ["x"],
        outputs: ["d"],
        layers: [
          { type: "input", name: "x", shape: [2] },
          { type: "dense", name: "d", units: 1, calls: [["y"]] },
        ],
      },
      message: 'a.json, layers[1], calls: expected tensors that the inputs lead to, got y. Did you mean "x"?',
    },
    {
      spec: { inputs: ["x"], outputs: 3, layers: [{ type: "input", name: "x", shape: [2] }] },
      message: "a.json, outputs: expected names, got 3.",
    },
    {
      spec: { inputs: ["x"], outputs: ["z"], layers: [{ type: "input", name: "x", shape: [2] }] },
      message: 'a.json, outputs: expected the name of a layer, got "z".',
    },
  ])("$message", async ({ spec, message }) => {
    await expect(loadNetwork("a.json", spec)).rejects.toThrow(message);
  });
});

test("the summary of a graph says what each layer is connected to", () => {
  const { image, out } = residual();
  const lines = summaryOf(networkBetween(image, out).build(0), []).split("\n");
  expect(lines[2]).toMatch(/Connected to$/);
  expect(lines.find((line) => line.startsWith("sum (add)"))).toMatch(/b2, c$/);
});

test("a network with branches is drawn as boxes and arrows", () => {
  const { image, out } = residual();
  const network = networkBetween(image, out).build(0);
  const svg = diagram({
    layers: network.layers,
    inputShape: [8, 8, 1],
    shapes: network.shapes,
    branches: network.nodes,
  });
  expect(svg.match(/<rect /g)).toHaveLength(7);
  expect(svg.match(/class="arrow"/g)).toHaveLength(7);
  expect(svg).toContain("sum from b2, c");
  expect(svg).not.toContain("NaN");
});
