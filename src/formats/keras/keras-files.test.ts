/** Files as versions of Keras write them: configurations as they stand there, HDF5 by the HDF5 library. */
import { afterAll, describe, expect, test } from "vitest";
import { kerasFile, legacyFile, numbers, weightsFile } from "../../../test/files-of-keras.ts";
import { disposeBackends } from "../../backends/choose-backend.ts";
import { loadModel } from "../../training/load-model.ts";
import type { Model } from "../../training/model.ts";

afterAll(() => disposeBackends());

const policy = {
  module: "keras",
  class_name: "DTypePolicy",
  config: { name: "float32" },
  registered_name: null,
};
const glorot = {
  module: "keras.initializers",
  class_name: "GlorotUniform",
  config: { seed: null },
  registered_name: null,
};
const zeros = { module: "keras.initializers", class_name: "Zeros", config: {}, registered_name: null };

/** An entry of Keras 3's list of layers. */
const layer3 = (className: string, config: object) => ({
  module: "keras.layers",
  class_name: className,
  config: { trainable: true, dtype: policy, ...config },
  registered_name: null,
  build_config: { input_shape: [null, 6, 6, 1] },
});

const conv3 = (name: string, filters: number) =>
  layer3("Conv2D", {
    name,
    filters,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: "same",
    data_format: "channels_last",
    dilation_rate: [1, 1],
    groups: 1,
    activation: "relu",
    use_bias: true,
    kernel_initializer: glorot,
    bias_initializer: zeros,
    kernel_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
  });

const dense3 = (name: string, units: number, activation = "linear") =>
  layer3("Dense", {
    name,
    units,
    activation,
    use_bias: true,
    kernel_initializer: glorot,
    bias_initializer: zeros,
    kernel_regularizer: null,
    bias_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
    quantization_config: null,
  });

const input3 = (name: string) => ({
  module: "keras.layers",
  class_name: "InputLayer",
  config: { batch_shape: [null, 6, 6, 1], dtype: "float32", sparse: false, ragged: false, name },
  registered_name: null,
});

/** What a weight holds, by its path. */
async function weightsOf(
  model: Model,
): Promise<Record<string, { shape: readonly number[]; data: number[] }>> {
  const list = await model.getWeights();
  return Object.fromEntries(list.map(({ name, shape, data }) => [name, { shape, data: [...data] }]));
}

const arrays = {
  "layers/conv2d/vars/0": numbers([3, 3, 1, 2]),
  "layers/conv2d/vars/1": numbers([2], 50),
  "layers/batch_normalization/vars/0": numbers([2], 60),
  "layers/batch_normalization/vars/1": numbers([2], 62),
  "layers/batch_normalization/vars/2": numbers([2], 64),
  "layers/batch_normalization/vars/3": numbers([2], 66),
  "layers/dense/vars/0": numbers([72, 3], 70),
  "layers/dense/vars/1": numbers([3], 90),
  "layers/dense_1/vars/0": numbers([3, 2], 95),
  "layers/dense_1/vars/1": numbers([2], 99),
  "layers/dropout/seed_generator/vars/0": numbers([2], 5),
};

const chain3 = {
  module: "keras",
  class_name: "Sequential",
  config: {
    name: "sequential_7",
    trainable: true,
    dtype: policy,
    layers: [
      input3("input_layer_3"),
      conv3("my_conv", 2),
      layer3("BatchNormalization", {
        name: "batch_normalization_4",
        axis: -1,
        momentum: 0.99,
        epsilon: 0.001,
        center: true,
        scale: true,
        beta_initializer: zeros,
        gamma_initializer: {
          module: "keras.initializers",
          class_name: "Ones",
          config: {},
          registered_name: null,
        },
        moving_mean_initializer: zeros,
        moving_variance_initializer: zeros,
        beta_regularizer: null,
        gamma_regularizer: null,
        beta_constraint: null,
        gamma_constraint: null,
        synchronized: false,
      }),
      layer3("Dropout", { name: "dropout", rate: 0.25, seed: null, noise_shape: null }),
      layer3("Flatten", { name: "flatten", data_format: "channels_last" }),
      dense3("first", 3, "relu"),
      dense3("second", 2, "softmax"),
    ],
    build_input_shape: [null, 6, 6, 1],
  },
  registered_name: null,
  build_config: { input_shape: [null, 6, 6, 1] },
  compile_config: {
    optimizer: {
      module: "keras.optimizers",
      class_name: "Adam",
      config: {
        name: "adam",
        learning_rate: 0.0010000000474974513,
        weight_decay: null,
        clipnorm: null,
        global_clipnorm: null,
        clipvalue: null,
        use_ema: false,
        ema_momentum: 0.99,
        ema_overwrite_frequency: null,
        loss_scale_factor: null,
        gradient_accumulation_steps: null,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
        amsgrad: false,
      },
      registered_name: null,
    },
    loss: "sparse_categorical_crossentropy",
    loss_weights: null,
    metrics: ["accuracy"],
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  },
};

const image = Float32Array.from({ length: 36 }, (_, i) => i / 36);

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

/** Configurations of Keras 2. */
const old = (className: string, config: object) => ({
  class_name: className,
  config: { trainable: true, ...config },
});
const scaling = {
  class_name: "VarianceScaling",
  config: { scale: 1.0, mode: "fan_avg", distribution: "uniform", seed: null },
};
const oldZeros = { class_name: "Zeros", config: {} };
const oldConv = (config: object) =>
  old("Conv2D", {
    name: "conv2d_1",
    batch_input_shape: [null, 6, 6, 1],
    dtype: "float32",
    filters: 2,
    kernel_size: [3, 3],
    strides: [1, 1],
    padding: "same",
    data_format: "channels_last",
    dilation_rate: [1, 1],
    activation: "relu",
    use_bias: true,
    kernel_initializer: scaling,
    bias_initializer: oldZeros,
    kernel_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
    ...config,
  });
const oldDense = (name: string, units: number, activation: string) =>
  old("Dense", {
    name,
    units,
    activation,
    use_bias: true,
    kernel_initializer: scaling,
    bias_initializer: oldZeros,
    kernel_regularizer: null,
    bias_regularizer: null,
    activity_regularizer: null,
    kernel_constraint: null,
    bias_constraint: null,
  });
const oldLayers = [
  oldConv({}),
  old("Flatten", { name: "flatten_1", data_format: "channels_last" }),
  old("Dropout", { name: "dropout_1", rate: 0.5, noise_shape: null, seed: null }),
  oldDense("dense_1", 3, "softmax"),
];
const oldWeights = {
  conv2d_1: { "conv2d_1/kernel:0": numbers([3, 3, 1, 2]), "conv2d_1/bias:0": numbers([2], 50) },
  flatten_1: {},
  dropout_1: {},
  dense_1: { "dense_1/kernel:0": numbers([72, 3], 70), "dense_1/bias:0": numbers([3], 90) },
};
const oldTraining = {
  optimizer_config: {
    class_name: "Adam",
    config: {
      lr: 0.0010000000474974513,
      beta_1: 0.9,
      beta_2: 0.999,
      decay: 0.0,
      epsilon: 1e-7,
      amsgrad: false,
    },
  },
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  sample_weight_mode: null,
  loss_weights: null,
};

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

describe("what would be computed otherwise is refused by name", () => {
  const chain = (...layers: object[]) =>
    kerasFile({ ...chain3, config: { ...chain3.config, layers } }, arrays);
  const changed = (change: object) => layer3("Conv2D", { ...conv3("c", 2).config, ...change });

  test.each([
    {
      name: "channels first",
      config: { data_format: "channels_first" },
      message: '(Conv2D), data_format: expected "channels_last", got channels_first',
    },
    {
      name: "an option of tomorrow",
      config: { novelty: 3 },
      message: 'expected a known option, got "novelty"',
    },
    {
      name: "an activation of its own",
      config: { activation: { class_name: "function", config: "mine" } },
      message: "expected an activation by name",
    },
  ])("$name", async ({ config, message }) => {
    await expect(chain(input3("i"), changed(config)).then(loadModel)).rejects.toThrow(message);
  });

  test.each([
    {
      name: "Lambda",
      entry: layer3("Lambda", { function: ["4wEAAAA=", null, null] }),
      message: "got Lambda. Its code is in the file, and code from files is never run.",
    },
    {
      name: "another module",
      entry: { ...layer3("Dense", {}), module: "os", class_name: "system" },
      message: 'got system of module "os"',
    },
    {
      name: "an operation",
      entry: { ...layer3("Add", {}), module: "keras.src.ops.numpy" },
      message: 'got Add of module "keras.src.ops.numpy"',
    },
    {
      name: "a name of objects",
      entry: layer3("__proto__", {}),
      message: "expected a layer this package has, got __proto__",
    },
    {
      name: "Keras 1",
      entry: layer3("Convolution2D", { nb_filter: 3 }),
      message: "It is of Keras 1; later versions have Conv2D instead.",
    },
    {
      name: "sizes that are open",
      entry: { ...input3("i"), config: { batch_shape: [null, null, null, 3], name: "i" } },
      message: "expected a shape of whole numbers after the batch",
    },
    {
      name: "a class of a model",
      entry: { ...layer3("MyModel", {}), module: "my_code", registered_name: "my_code>MyModel" },
      message: 'MyModel of module "my_code"',
    },
  ])("$name", async ({ entry, message }) => {
    await expect(chain(input3("i"), entry).then(loadModel)).rejects.toThrow(message);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("hard_sigmoid of Keras 2, which Keras 3 has changed", async () => {
    const layers = [...oldLayers.slice(0, 3), oldDense("dense_1", 3, "hard_sigmoid")];
    const modelConfig = { class_name: "Sequential", config: layers };
    await expect(legacyFile({ modelConfig, layers: oldWeights }).then(loadModel)).rejects.toThrow(
      '"hard_sigmoid" of Keras 2',
    );
  });

  test("weights of Keras 1, and weights that are too few, too many or of another shape", async () => {
    const modelConfig = { class_name: "Sequential", config: oldLayers };
    await expect(
      legacyFile({ modelConfig, layers: oldWeights, version: null }).then(loadModel),
    ).rejects.toThrow("expected weights of Keras 2 or newer");
    const { conv2d_1, ...rest } = oldWeights;
    await expect(legacyFile({ modelConfig, layers: rest }).then(loadModel)).rejects.toThrow(
      "expected 2 layers with weights: conv2d_1, dense_1, got 1: dense_1",
    );
    const wrong = { ...oldWeights, conv2d_1: { ...conv2d_1, "conv2d_1/bias:0": numbers([3]) } };
    await expect(legacyFile({ modelConfig, layers: wrong }).then(loadModel)).rejects.toThrow(
      'weight "conv2d_1/bias": expected [2], got [3]',
    );
    const more = { ...arrays, "layers/dense/vars/2": numbers([1]) };
    await expect(kerasFile(chain3, more).then(loadModel)).rejects.toThrow(
      'layer "first": expected 2 weights: kernel, bias, got 3',
    );
  });
});
