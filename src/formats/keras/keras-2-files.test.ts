/** Files as versions of Keras 2 write them: configurations as they stand there, HDF5 by the HDF5 library. */
import { afterAll, describe, expect, test } from "vitest";
import {
  image,
  old,
  oldConv,
  oldLayers,
  oldTraining,
  oldWeights,
  weightsOf,
} from "../../../test/configs-of-keras.ts";
import { legacyFile, numbers } from "../../../test/files-of-keras.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { loadModel } from "../../training/load-model.ts";

afterAll(() => disposeBackends());

describe("Keras 2", () => {
  test.each([
    { name: "2.1, a bare list of layers", version: "2.1.6", config: oldLayers },
    { name: "2.3, a name and layers", version: "2.3.1", config: { name: "sequential_1", layers: oldLayers } },
    {
      name: "TensorFlow's, with an input layer and build_input_shape",
      version: "2.9.0",
      config: {
        name: "sequential",
        layers: [
          old("InputLayer", {
            batch_input_shape: [null, 6, 6, 1],
            dtype: "float32",
            sparse: false,
            ragged: false,
            name: "conv2d_1_input",
          }),
          ...oldLayers,
        ],
      },
    },
  ])("a chain of $name", async ({ config, version }) => {
    const file = {
      modelConfig: { class_name: "Sequential", config },
      trainingConfig: oldTraining,
      layers: oldWeights,
      version,
    };
    for (const namesPerPart of [2, 100]) {
      const model = await loadModel(await legacyFile({ ...file, namesPerPart }));
      const weights = await weightsOf(model);
      expect(weights["conv2d_1/kernel"]).toEqual(oldWeights.conv2d_1["conv2d_1/kernel:0"]);
      expect(weights["dense_1/bias"]).toEqual(oldWeights.dense_1["dense_1/bias:0"]);
      expect((await model.evaluate({ x: image, y: Float32Array.of(0, 1, 0) })).accuracy).toBeDefined();
    }
  });

  test("optimizers: all means, then all mean squares, after the number of steps", async () => {
    const shapes = [[3, 3, 1, 2], [2], [72, 3], [3]];
    const names = ["conv2d_1/kernel", "conv2d_1/bias", "dense_1/kernel", "dense_1/bias"];
    const slots = (slot: string, first: number) =>
      Object.fromEntries(names.map((name, i) => [`Adam/${name}/${slot}:0`, numbers(shapes[i], first + i)]));
    const optimizer = { "Adam/iter:0": { shape: [], data: [17] }, ...slots("m", 0), ...slots("v", 40) };
    const model = await loadModel(
      await legacyFile({
        modelConfig: { class_name: "Sequential", config: oldLayers },
        trainingConfig: oldTraining,
        layers: oldWeights,
        optimizer,
      }),
    );
    const { compiled, session } = await model.parts();
    expect(session.step).toBe(17);
    const slot = (path: string) => [...(compiled?.slots.get(path)?.initialize() ?? [])];
    expect(slot("adam/dense_1/kernel/m")).toEqual(numbers(shapes[2], 2).data);
    expect(slot("adam/conv2d_1/bias/v")).toEqual(numbers(shapes[1], 41).data);
  });

  test("a graph, with lists as nodes, and a model in it whose statistics stand behind all that is trained", async () => {
    const norm = old("BatchNormalization", {
      name: "bn",
      axis: [3],
      momentum: 0.99,
      epsilon: 0.001,
      center: true,
      scale: true,
    });
    const inner = {
      class_name: "Model",
      name: "features",
      config: {
        name: "features",
        layers: [
          {
            ...old("InputLayer", {
              batch_input_shape: [null, 6, 6, 1],
              dtype: "float32",
              sparse: false,
              name: "in",
            }),
            name: "in",
            inbound_nodes: [],
          },
          { ...norm, name: "bn", inbound_nodes: [[["in", 0, 0, {}]]] },
          { ...oldConv({ name: "c" }), name: "c", inbound_nodes: [[["bn", 0, 0, {}]]] },
        ],
        input_layers: [["in", 0, 0]],
        output_layers: [["c", 0, 0]],
      },
    };
    const modelConfig = {
      class_name: "Model",
      config: {
        name: "model_1",
        layers: [
          {
            ...old("InputLayer", {
              batch_input_shape: [null, 6, 6, 1],
              dtype: "float32",
              sparse: false,
              name: "image",
            }),
            name: "image",
            inbound_nodes: [],
          },
          { ...inner, inbound_nodes: [[["image", 0, 0, {}]], [["image", 0, 0, { training: null }]]] },
          {
            ...old("Add", { name: "sum" }),
            name: "sum",
            inbound_nodes: [
              [
                ["features", 1, 0, {}],
                ["features", 0, 0, {}],
              ],
            ],
          },
        ],
        input_layers: [["image", 0, 0]],
        output_layers: [["sum", 0, 0]],
      },
    };
    const features = {
      "bn/gamma:0": numbers([1], 1),
      "bn/beta:0": numbers([1], 2),
      "c/kernel:0": numbers([3, 3, 1, 2], 3),
      "c/bias:0": numbers([2], 4),
      "bn/moving_mean:0": numbers([1], 5),
      "bn/moving_variance:0": numbers([1], 6),
    };
    const model = await loadModel(
      await legacyFile({ modelConfig, layers: { image: {}, features, sum: {} } }),
    );
    const weights = await weightsOf(model);
    for (const [name, array] of Object.entries(features))
      expect(weights[`features/${name.replace(":0", "")}`], name).toEqual(array);
  });

  test("weights alone go in by order where names differ", async () => {
    const file = { modelConfig: { class_name: "Sequential", config: oldLayers }, layers: oldWeights };
    const model = await loadModel(await legacyFile(file));
    const others = {
      conv2d_9: { "conv2d_9/kernel:0": numbers([3, 3, 1, 2], 11), "conv2d_9/bias:0": numbers([2], 51) },
      dense_8: { "dense_8/kernel:0": numbers([72, 3], 71), "dense_8/bias:0": numbers([3], 91) },
    };
    await model.loadWeights(await legacyFile({ layers: others }));
    expect((await weightsOf(model))["dense_1/kernel"]).toEqual(others.dense_8["dense_8/kernel:0"]);
  });

  test("kernels of Theano are turned around", async () => {
    const file = { modelConfig: { class_name: "Sequential", config: oldLayers }, layers: oldWeights };
    const weights = await weightsOf(await loadModel(await legacyFile({ ...file, backend: "theano" })));
    const { data } = oldWeights.conv2d_1["conv2d_1/kernel:0"];
    for (let tap = 0; tap < 9; tap++)
      expect(weights["conv2d_1/kernel"].data.slice(tap * 2, tap * 2 + 2)).toEqual(
        data.slice((8 - tap) * 2, (8 - tap) * 2 + 2),
      );
    expect(weights["dense_1/kernel"]).toEqual(oldWeights.dense_1["dense_1/kernel:0"]);
  });
});
