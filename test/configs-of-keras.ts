/** Configurations of layers and models as Keras 3 and Keras 2 write them, and weights for them. */
import type { Model } from "../src/training/model.ts";
import { numbers } from "./files-of-keras.ts";

export const policy = {
  module: "keras",
  class_name: "DTypePolicy",
  config: { name: "float32" },
  registered_name: null,
};
export const glorot = {
  module: "keras.initializers",
  class_name: "GlorotUniform",
  config: { seed: null },
  registered_name: null,
};
export const zeros = { module: "keras.initializers", class_name: "Zeros", config: {}, registered_name: null };

/** An entry of Keras 3's list of layers. */
export const layer3 = (className: string, config: object) => ({
  module: "keras.layers",
  class_name: className,
  config: { trainable: true, dtype: policy, ...config },
  registered_name: null,
  build_config: { input_shape: [null, 6, 6, 1] },
});

export const conv3 = (name: string, filters: number) =>
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

export const dense3 = (name: string, units: number, activation = "linear") =>
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

export const input3 = (name: string) => ({
  module: "keras.layers",
  class_name: "InputLayer",
  config: { batch_shape: [null, 6, 6, 1], dtype: "float32", sparse: false, ragged: false, name },
  registered_name: null,
});

/** What a weight holds, by its path. */
export async function weightsOf(
  model: Model,
): Promise<Record<string, { shape: readonly number[]; data: number[] }>> {
  const list = await model.getWeights();
  return Object.fromEntries(list.map(({ name, shape, data }) => [name, { shape, data: [...data] }]));
}

export const arrays = {
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

export const chain3 = {
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

export const image = Float32Array.from({ length: 36 }, (_, i) => i / 36);

/** Configurations of Keras 2. */
export const old = (className: string, config: object) => ({
  class_name: className,
  config: { trainable: true, ...config },
});
export const scaling = {
  class_name: "VarianceScaling",
  config: { scale: 1.0, mode: "fan_avg", distribution: "uniform", seed: null },
};
export const oldZeros = { class_name: "Zeros", config: {} };
export const oldConv = (config: object) =>
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
export const oldDense = (name: string, units: number, activation: string) =>
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
export const oldLayers = [
  oldConv({}),
  old("Flatten", { name: "flatten_1", data_format: "channels_last" }),
  old("Dropout", { name: "dropout_1", rate: 0.5, noise_shape: null, seed: null }),
  oldDense("dense_1", 3, "softmax"),
];
export const oldWeights = {
  conv2d_1: { "conv2d_1/kernel:0": numbers([3, 3, 1, 2]), "conv2d_1/bias:0": numbers([2], 50) },
  flatten_1: {},
  dropout_1: {},
  dense_1: { "dense_1/kernel:0": numbers([72, 3], 70), "dense_1/bias:0": numbers([3], 90) },
};
export const oldTraining = {
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
