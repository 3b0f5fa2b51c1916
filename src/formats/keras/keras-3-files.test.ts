/** Files as versions of Keras 3 write them: configurations as they stand there, HDF5 by the HDF5 library. */
import { afterAll, describe, expect, test } from "vitest";
import {
  arrays,
  chain3,
  dense3,
  image,
  input3,
  layer3,
  policy,
  weightsOf,
} from "../../../test/configs-of-keras.ts";
import { kerasFile, numbers, weightsFile } from "../../../test/files-of-keras.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { loadModel } from "../../training/load-model.ts";

afterAll(() => disposeBackends());

describe("Keras 3", () => {
  test("a chain with everything Keras writes of it", async () => {
    const model = await loadModel(await kerasFile(chain3, arrays));
    expect(model.name).toBe("sequential_7");
    expect(model.layers.map(({ name, type }) => [name, type])).toEqual([
      ["my_conv", "conv2d"],
      ["batch_normalization_4", "batchNormalization"],
      ["dropout", "dropout"],
      ["flatten", "flatten"],
      ["first", "dense"],
      ["second", "dense"],
    ]);
    const weights = await weightsOf(model);
    expect(weights["my_conv/kernel"]).toEqual(arrays["layers/conv2d/vars/0"]);
    expect(weights["batch_normalization_4/gamma"]).toEqual(arrays["layers/batch_normalization/vars/0"]);
    expect(weights["batch_normalization_4/beta"]).toEqual(arrays["layers/batch_normalization/vars/1"]);
    expect(weights["batch_normalization_4/moving_mean"]).toEqual(arrays["layers/batch_normalization/vars/2"]);
    expect(weights["batch_normalization_4/moving_variance"]).toEqual(
      arrays["layers/batch_normalization/vars/3"],
    );
    expect(weights["first/kernel"]).toEqual(arrays["layers/dense/vars/0"]);
    expect(weights["second/bias"]).toEqual(arrays["layers/dense_1/vars/1"]);
    expect((await model.predict(image)).shape).toEqual([1, 2]);
    const logs = await model.evaluate({ x: image, y: Uint8Array.of(1) });
    expect(Object.keys(logs)).toEqual(["loss", "accuracy"]);
  });

  test("as float16, a policy of mixed precision, and a version that writes NaN", async () => {
    const half = { ...policy, config: { name: "mixed_float16" } };
    const config = structuredClone(chain3) as typeof chain3;
    for (const layer of config.config.layers.slice(1)) Object.assign(layer.config, { dtype: half });
    expect((await loadModel(await kerasFile(config, arrays))).layers).toHaveLength(6);
    Object.assign(config.config.layers[1].config, { dtype: { ...half, class_name: "QuantizedDTypePolicy" } });
    await expect(kerasFile(config, arrays).then(loadModel)).rejects.toThrow(
      "expected floating-point numbers",
    );
  });

  test("TensorFlow 2.13's names of groups, which have gaps", async () => {
    const renamed = Object.fromEntries(
      Object.entries(arrays).map(([path, array]) => [
        path.replace("layers/", "_layer_checkpoint_dependencies/").replace("dense_1", "dense_2"),
        array,
      ]),
    );
    const weights = await weightsOf(await loadModel(await kerasFile(chain3, renamed, "2.13.1")));
    expect(weights["first/kernel"]).toEqual(arrays["layers/dense/vars/0"]);
    expect(weights["second/kernel"]).toEqual(arrays["layers/dense_1/vars/0"]);
  });

  const tensor = (name: string, use = 0) => ({
    class_name: "__keras_tensor__",
    config: { shape: [null, 3], dtype: "float32", keras_history: [name, use, 0] },
  });
  const graph3 = (input_layers: unknown, output_layers: unknown) => ({
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: "functional_1",
      trainable: true,
      layers: [
        { ...input3("image"), name: "image", inbound_nodes: [] },
        {
          ...layer3("Flatten", { name: "flatten" }),
          name: "flatten",
          inbound_nodes: [{ args: [tensor("image")], kwargs: {} }],
        },
        { ...dense3("a", 3), name: "a", inbound_nodes: [{ args: [tensor("flatten")], kwargs: {} }] },
        {
          ...dense3("shared", 3, "tanh"),
          name: "shared",
          inbound_nodes: [
            { args: [tensor("a")], kwargs: {} },
            { args: [tensor("shared", 0)], kwargs: {} },
          ],
        },
        {
          ...layer3("Dropout", { name: "drop", rate: 0.5, seed: 7, noise_shape: null }),
          name: "drop",
          inbound_nodes: [{ args: [tensor("shared", 1)], kwargs: { training: false } }],
        },
        {
          ...layer3("Concatenate", { name: "both", axis: -1 }),
          name: "both",
          inbound_nodes: [{ args: [[tensor("a"), tensor("drop")]], kwargs: {} }],
        },
      ],
      input_layers,
      output_layers,
    },
    registered_name: "Functional",
  });
  const graphArrays = {
    "layers/dense/vars/0": numbers([36, 3]),
    "layers/dense/vars/1": numbers([3], 3),
    "layers/dense_1/vars/0": numbers([3, 3], 7),
    "layers/dense_1/vars/1": numbers([3], 9),
  };

  test.each([
    { input_layers: [["image", 0, 0]], output_layers: [["both", 0, 0]] },
    { input_layers: ["image", 0, 0], output_layers: ["both", 0, 0] },
    { input_layers: { image: ["image", 0, 0] }, output_layers: [["both", 0, 0]] },
  ])("a graph with a shared layer, ends as $input_layers", async ({ input_layers, output_layers }) => {
    const model = await loadModel(await kerasFile(graph3(input_layers, output_layers), graphArrays));
    const { shape, data } = await model.predict(image);
    expect(shape).toEqual([1, 6]);
    const dense = (x: readonly number[], kernel: readonly number[], bias: readonly number[]) =>
      bias.map((b, unit) => x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + unit], b));
    const [k0, b0, k1, b1] = Object.values(graphArrays).map((array) => array.data);
    const a = dense([...image], k0, b0);
    const once = dense(a, k1, b1).map(Math.tanh);
    const twice = dense(once, k1, b1).map(Math.tanh);
    for (const [i, value] of [...a, ...twice].entries()) expect(data[i]).toBeCloseTo(value, 5);
    expect(model.branches?.find(({ layer }) => layer.name === "drop")?.training).toBe(false);
  });

  test("weights alone, into a model that is there", async () => {
    const model = await loadModel(await kerasFile(chain3, arrays));
    const others = Object.fromEntries(
      Object.entries(arrays).map(([path, { shape }], i) => [path, numbers(shape, 300 + i)]),
    );
    await model.loadWeights(await weightsFile(others));
    expect((await weightsOf(model))["second/kernel"]).toEqual(others["layers/dense_1/vars/0"]);
  });

  test("an optimizer this package has not leaves a model that answers, and says why it cannot be trained", async () => {
    const config = structuredClone(chain3);
    config.compile_config.optimizer.class_name = "Novel";
    const model = await loadModel(await kerasFile(config, arrays));
    expect((await model.predict(image)).shape).toEqual([1, 2]);
    expect(() => model.fit({ x: image, y: Uint8Array.of(1) })).toThrow(
      /got one that was compiled with what this package has not: .*"novel"/,
    );
  });
});
