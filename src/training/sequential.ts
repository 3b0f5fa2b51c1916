import type { Layer } from "../layers/layer.ts";
import { Network } from "../models/network.ts";
import { Model, type ModelOptions } from "./model.ts";

/**
 * A model of layers in a row.
 *
 * @throws ShapeError, OptionError or UsageError naming the layer that does not fit.
 * @see https://keras.io/guides/sequential_model/
 * @example
 * const model = sequential([
 *   layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
 *   layers.maxPooling2d({ poolSize: 2 }),
 *   layers.flatten(),
 *   layers.dense({ units: 10, activation: "softmax" }),
 * ], { seed: 7 });
 */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  return new Model(new Network(layers, options.seed ?? 0), options);
}
