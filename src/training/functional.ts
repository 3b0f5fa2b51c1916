import { networkBetween, type Tensors } from "../models/network-between.ts";
import { Model } from "./model.ts";
import type { ModelOptions } from "./model-options.ts";

export interface FunctionalOptions extends ModelOptions {
  /** Where samples enter: one tensor, several, or several by name. */
  inputs: Tensors;
  /** What comes out, likewise. */
  outputs: Tensors;
}

/**
 * A model of whatever lies between its inputs and outputs: branches, sums, shared layers, several inputs and outputs.
 *
 * @throws UsageError or OptionError if an output depends on an input that is not named, or two layers have one name.
 * @see https://keras.io/guides/functional_api/
 * @example
 * import { input, layers, model } from "convnet";
 * const image = input({ shape: [8, 8, 4] });
 * const maps = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }).apply(image);
 * const sum = layers.add().apply([image, maps]);
 * const block = model({ inputs: image, outputs: sum });
 */
export function model({ inputs, outputs, ...options }: FunctionalOptions): Model {
  return new Model(networkBetween(inputs, outputs), options);
}
