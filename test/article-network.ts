import { type Layer, layers, type Model, type ModelOptions, sequential } from "convnet";

/** The article's layers: two convolutions with pooling, two dense layers. */
export function articleLayers(): Layer[] {
  return [
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ];
}

export function articleNetwork(options: ModelOptions = {}): Model {
  return sequential(articleLayers(), options);
}
