import { UsageError } from "../core/errors.ts";
import { Layer, type SymbolicTensor } from "../layers/layer.ts";
import { Network } from "../models/network.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";

/**
 * A model of layers in a row. The first may be an `input(…)`, and each a model of its own.
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
export function sequential(
  layers: readonly (Layer | Model | SymbolicTensor)[],
  options: ModelOptions = {},
): Model {
  return new Model(Network.chain(layers.map(layerOf)), options);
}

function layerOf(item: Layer | Model | SymbolicTensor, i: number): Layer {
  if (item instanceof Layer) return item;
  if (item instanceof Model) return item.toLayer();
  const { layer, inputs } = item.call;
  if (i === 0 && inputs.length === 0) return layer;
  throw new UsageError({
    where: "sequential",
    expected: "layers, and at most the first to be an input",
    received: `what ${layer.name} makes, at place ${i}`,
    hint: "Use model({ inputs, outputs }) for layers that are applied to others.",
  });
}
