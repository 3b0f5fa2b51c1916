import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import type { SymbolicTensor } from "../layers/layer.ts";
import { maxPooling2d } from "../layers/pooling.ts";
import type { Model } from "../training/model.ts";
import { type ApplicationOptions, convolved, frameOf, pooled, predictions } from "./application.ts";

/** @param depths convolutions of each of the five blocks */
function vgg(name: string, depths: readonly number[], options: ApplicationOptions): Model {
  const frame = frameOf(name, options);
  let x: SymbolicTensor = frame.image;
  for (const [i, depth] of depths.entries()) {
    const filters = Math.min(512, 64 * 2 ** i);
    for (let j = 1; j <= depth; j++)
      x = convolved(x, `block${i + 1}_conv${j}`, filters, 3, { padding: "same", activation: "relu" });
    x = maxPooling2d({ poolSize: 2, strides: 2, name: `block${i + 1}_pool` }).apply(x);
  }
  if (!frame.includeTop) return frame.model(pooled(frame, x));
  x = flatten({ name: "flatten" }).apply(x);
  x = dense({ units: 4096, activation: "relu", name: "fc1" }).apply(x);
  x = dense({ units: 4096, activation: "relu", name: "fc2" }).apply(x);
  return frame.model(predictions(frame, x));
}

/**
 * VGG with 16 layers that have weights: 138 million of them with the classifier, 15 without.
 *
 * Layers are named as Keras's, so that its weights fit. Images: 0 to 255 less the mean of ImageNet, blue first.
 *
 * @see Simonyan and Zisserman 2014, "Very deep convolutional networks for large-scale image recognition"
 * @see https://keras.io/api/applications/vgg/
 * @example
 * const features = applications.vgg16({ includeTop: false, inputShape: [32, 32, 3], pooling: "avg" });
 */
export function vgg16(options: ApplicationOptions = {}): Model {
  return vgg("vgg16", [2, 2, 3, 3, 3], options);
}

/**
 * VGG with 19 layers that have weights.
 *
 * @see {@link vgg16}
 * @example
 * const features = applications.vgg19({ includeTop: false, inputShape: [32, 32, 3] });
 */
export function vgg19(options: ApplicationOptions = {}): Model {
  return vgg("vgg19", [2, 2, 4, 4, 4], options);
}
