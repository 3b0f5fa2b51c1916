/** Networks whose inside is looked at in tests. */
import { input, layers, type Model, type ModelOptions, model, sequential } from "convnet";
import { createRandom } from "../src/core/random.ts";
import { articleNetwork } from "./article-network.ts";

const compiled = (made: Model): Model => {
  made.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return made;
};

/** The article's network, with a loss. */
export const article = (options: ModelOptions = { seed: 3 }): Model => compiled(articleNetwork(options));

/** Two residual blocks, one of them with its shortcut through a convolution, and batch normalization: 4 classes. */
export function residual(options: ModelOptions = { seed: 5 }): Model {
  const image = input({ shape: [10, 10, 2], name: "image" });
  const conv = (filters: number, name: string, strides = 1) =>
    layers.conv2d({ filters, kernelSize: 3, strides, padding: "same", name, biasInitializer: "heNormal" });
  const relu = (name: string) => layers.activation({ activation: "relu", name });
  const stem = relu("stem_relu").apply(conv(8, "stem").apply(image));
  const inner = layers.batchNormalization({ name: "norm", gammaInitializer: "heNormal" });
  const left = conv(8, "second").apply(relu("inner_relu").apply(inner.apply(conv(8, "first").apply(stem))));
  const sum = relu("sum_relu").apply(layers.add({ name: "sum" }).apply([left, stem]));
  const shortcut = layers.conv2d({ filters: 12, kernelSize: 1, strides: 2, name: "shortcut" }).apply(sum);
  const down = layers.add({ name: "down" }).apply([conv(12, "third", 2).apply(sum), shortcut]);
  const mean = layers.globalAveragePooling2d({ name: "mean" }).apply(relu("down_relu").apply(down));
  const classes = layers.dense({ units: 4, activation: "softmax", name: "classes" }).apply(mean);
  return compiled(model({ inputs: image, outputs: classes, ...options }));
}

/** A model inside a model, and a layer that is used twice. */
export function nested(options: ModelOptions = { seed: 7 }): Model {
  const encoder = sequential(
    [
      layers.conv2d({ filters: 3, kernelSize: 3, activation: "tanh", inputShape: [8, 8, 1], name: "conv" }),
      layers.maxPooling2d({ name: "pool" }),
    ],
    { name: "encoder" },
  );
  const image = input({ shape: [8, 8, 1], name: "image" });
  const flat = layers.flatten({ name: "flat" }).apply(encoder.apply(image));
  const twice = layers.dense({ units: 27, activation: "relu", name: "twice", useBias: false });
  const units = twice.apply(twice.apply(flat));
  const classes = layers.dense({ units: 3, activation: "softmax", name: "classes" }).apply(units);
  return compiled(model({ inputs: image, outputs: classes, ...options }));
}

/** `count` images of numbers in [0, 1). */
export function images(count: number, size: number, seed = 1): Float32Array {
  const random = createRandom(seed, "explained images");
  return Float32Array.from({ length: count * size }, () => random.uniform());
}

/** The largest difference of two arrays, relative to the largest number expected. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return actual.length === expected.length ? error / largest : Number.NaN;
}
