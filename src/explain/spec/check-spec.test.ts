import { describe, expect, test } from "vitest";
import { article, residual } from "../../../test/explained-networks.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { modelFromSpec } from "../../training/load-model.ts";
import { applyFix } from "./apply-fix.ts";
import { checkSpec } from "./check-spec.ts";

const smallNet = {
  layers: [
    { type: "conv2d", filters: 8, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] },
    { type: "maxPooling2d" },
    { type: "conv2d", filters: 16, kernelSize: 3, activation: "relu" },
    { type: "maxPooling2d" },
    { type: "flatten" },
    { type: "dense", units: 10, activation: "softmax" },
  ],
};

const without = (spec: ModelSpec, index: number): ModelSpec => ({
  ...spec,
  layers: spec.layers.filter((_, i) => i !== index),
});

describe("checkSpec", () => {
  test("counts the small net: shapes, parameters, multiply-adds, bytes", async () => {
    const report = await checkSpec(smallNet);
    expect(report.isSound).toBe(true);
    expect(report.layers.map(({ outputShape }) => outputShape?.join("×"))).toEqual([
      "26×26×8",
      "13×13×8",
      "11×11×16",
      "5×5×16",
      "400",
      "10",
    ]);
    expect(report.layers.map(({ parameters }) => parameters)).toEqual([80, 0, 1168, 0, 0, 4010]);
    expect(report.parameters).toBe(5258);
    expect(report.multiplyAdds).toBe(26 * 26 * 9 * 8 + 11 * 11 * 9 * 8 * 16 + 400 * 10);
    expect(report.multiplyAdds).toBe(192_064);
    expect(report.layers[0].parameterFormula).toBe("3·3·1·8 + 8 = 80");
    expect(report.layers[0].activationBytes).toBe(26 * 26 * 8 * 4);
    expect(report.weightBytes).toBe(5258 * 4);
  });

  test("counts the article's network as its summary does, and a graph with branches", async () => {
    const counted = await checkSpec(article().toSpec());
    expect(counted.layers.map(({ parameters }) => parameters)).toEqual([640, 0, 36_928, 0, 0, 204_928, 1290]);
    expect(counted.parameters).toBe(243_786);
    const model = residual();
    const graph = await checkSpec(model.toSpec());
    expect(graph.problems).toEqual([]);
    expect(graph.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expect(graph.layers.map(({ outputShape }) => outputShape)).toEqual(model.shapes);
    const weights = model.weightShapes.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(graph.parameters).toBe(weights);
  });

  test("says which rows no window reads, and how an image is padded on each side", async () => {
    const { layers: report, problems } = await checkSpec(smallNet);
    const [rows, columns] = report[3].window ?? [];
    expect(rows).toMatchObject({ in: 11, out: 5, size: 2, stride: 2, before: 0, after: 0, unread: [10] });
    expect(columns.unread).toEqual([10]);
    const unread = problems.find(({ code }) => code === "unread");
    expect(unread?.message).toBe("maxPooling2d never reads 1 row and 1 column of 11×11.");
    const same = {
      layers: [
        { type: "conv2d", filters: 1, kernelSize: 3, strides: 2, padding: "same", inputShape: [28, 28, 1] },
      ],
    };
    expect((await checkSpec(same)).layers[0].window?.[0]).toMatchObject({
      out: 14,
      before: 0,
      after: 1,
      unread: [],
    });
    const apart = {
      layers: [{ type: "conv2d", filters: 1, kernelSize: 1, strides: 2, inputShape: [10, 10, 1] }],
    };
    const far = await checkSpec(apart);
    expect(far.layers[0].window?.[0].unread).toEqual([1, 3, 5, 7, 9]);
    expect(far.problems).toEqual([]);
  });

  test("offers a flatten where a dense layer gets an image, and the fix is the network of before", async () => {
    const broken = without(smallNet, 4);
    const { problems, isSound } = await checkSpec(broken);
    const problem = problems.find(({ code }) => code === "denseOnImage");
    expect(isSound).toBe(true);
    expect(problem).toMatchObject({ layer: 4, severity: "warning" });
    expect(problem?.message).toContain("5×5×16");
    expect(problem?.fixes[0].label).toBe("Add Flatten");
    if (problem) expect(applyFix(broken, problem.fixes[0])).toEqual(smallNet);
  });

  test.each([
    {
      name: "a window that does not fit",
      spec: { layers: [{ type: "maxPooling2d", poolSize: 7, inputShape: [5, 4, 1] }] },
      code: "shape",
      labels: ["Use padding same", "Use a window of 4×4"],
    },
    {
      name: "no input shape",
      spec: { layers: [{ type: "conv2d", filters: 2, kernelSize: 3 }] },
      code: "inputShape",
      labels: ["Take images of 28×28×1"],
    },
    {
      name: "a convolution behind flatten",
      spec: {
        layers: [
          { type: "flatten", inputShape: [8, 8, 1] },
          { type: "conv2d", filters: 2, kernelSize: 3 },
        ],
      },
      code: "shape",
      labels: ["Remove Flatten"],
    },
    {
      name: "groups that do not divide",
      spec: { layers: [{ type: "conv2d", filters: 4, kernelSize: 1, groups: 3, inputShape: [4, 4, 4] }] },
      code: "shape",
      labels: ["Use one group"],
    },
    {
      name: "a misspelt type",
      spec: { layers: [{ type: "conv2", filters: 4, kernelSize: 1, inputShape: [4, 4, 4] }] },
      code: "option",
      labels: ["Use conv2d"],
    },
    {
      name: "a misspelt option",
      spec: { layers: [{ type: "conv2d", filter: 4, filters: 4, kernelSize: 1, inputShape: [4, 4, 4] }] },
      code: "option",
      labels: ["Call it filters"],
    },
    {
      name: "a misspelt activation",
      spec: { layers: [{ type: "dense", units: 4, activation: "rellu", inputShape: [4] }] },
      code: "option",
      labels: ['Use activation "relu"'],
    },
  ])("says what is wrong and every fix cures it: $name", async ({ spec, code, labels }) => {
    const { problems, isSound } = await checkSpec(spec);
    expect(isSound).toBe(false);
    expect(problems[0]).toMatchObject({ code, severity: "error" });
    expect(problems[0].fixes.map(({ label }) => label)).toEqual(labels);
    for (const fix of problems[0].fixes) {
      const fixed = applyFix(spec as ModelSpec, fix);
      expect((await checkSpec(fixed)).isSound, fix.label).toBe(true);
      expect(await modelFromSpec(fixed)).toBeDefined();
    }
  });

  test("shows the layers before a problem, and leaves those behind it without a shape", async () => {
    const spec = {
      layers: [
        ...smallNet.layers.slice(0, 3),
        { type: "maxPooling2d", poolSize: 12 },
        ...smallNet.layers.slice(4),
      ],
    };
    const { layers: report, problems } = await checkSpec(spec);
    expect(report.map(({ outputShape }) => outputShape !== undefined)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(report[3].problems).toHaveLength(1);
    expect(problems.filter(({ severity }) => severity === "error")).toHaveLength(1);
  });

  test("warns of layers without activation in a row, and of tensors that nobody makes", async () => {
    const linear = {
      layers: [
        { type: "dense", units: 4, inputShape: [4] },
        { type: "dense", units: 2 },
      ],
    };
    const [{ code, fixes }] = (await checkSpec(linear)).problems;
    expect(code).toBe("noActivation");
    expect(applyFix(linear, fixes[0]).layers[0]).toMatchObject({ activation: "relu" });
    const graph = {
      inputs: ["a"],
      outputs: ["b"],
      layers: [
        { type: "input", name: "a", shape: [3] },
        { type: "dense", name: "b", units: 2, calls: [["c"]] },
      ],
    };
    const { problems } = await checkSpec(graph);
    expect(problems[0]).toMatchObject({ code: "connection", layer: 1, severity: "error" });
    await expect(checkSpec({})).rejects.toThrow(/"layers"/);
  });

  test("a layer that is put into a graph reads what the other read", async () => {
    const graph: ModelSpec = {
      inputs: ["image"],
      outputs: ["classes"],
      layers: [
        { type: "input", name: "image", shape: [3, 3, 2] },
        { type: "dense", name: "classes", units: 4, calls: [["image"]] },
      ],
    };
    const [{ fixes }] = (await checkSpec(graph)).problems.filter(({ code }) => code === "denseOnImage");
    const model = await modelFromSpec(applyFix(graph, fixes[0]));
    expect(model.layers.map(({ name }) => name)).toEqual(["image", "flatten", "classes"]);
    expect(model.outputShape).toEqual([4]);
  });
});
