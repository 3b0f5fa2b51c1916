import type { ModelSpec } from "../index.ts";

/** The network of "ConvNets: what and how", for images of any size and any number of classes. */
export function articleNetwork(inputShape: readonly (number | null)[], classes: number): ModelSpec {
  return {
    layers: [
      { type: "conv2d", filters: 64, kernelSize: 3, activation: "relu", inputShape },
      { type: "maxPooling2d", poolSize: 2 },
      { type: "conv2d", filters: 64, kernelSize: 3, activation: "relu" },
      { type: "maxPooling2d", poolSize: 2 },
      { type: "flatten" },
      { type: "dense", units: 128, activation: "relu" },
      { type: "dense", units: classes, activation: "softmax" },
    ],
  };
}
