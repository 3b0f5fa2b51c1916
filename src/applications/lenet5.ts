import { averagePooling2d } from "../layers/average-pooling.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import type { Model } from "../training/model.ts";
import { type ApplicationOptions, convolved, frameOf, pooled, predictions } from "./application.ts";

/**
 * LeNet-5, which read the digits of cheques: 61,706 weights, images of 28 × 28 pixels, 10 classes.
 *
 * As it is taught today: every feature map of the second convolution sees all of the first, a softmax comes last.
 *
 * @see LeCun et al. 1998, "Gradient-based learning applied to document recognition"
 * @example
 * const network = applications.lenet5();
 * network.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
 */
export function lenet5(options: ApplicationOptions = {}): Model {
  const frame = frameOf("lenet5", { classes: 10, ...options }, { defaultShape: [28, 28, 1], least: 16 });
  let x = convolved(frame.image, "conv1", 6, 5, { padding: "same", activation: "tanh" });
  x = averagePooling2d({ poolSize: 2, name: "pool1" }).apply(x);
  x = convolved(x, "conv2", 16, 5, { activation: "tanh" });
  x = averagePooling2d({ poolSize: 2, name: "pool2" }).apply(x);
  if (!frame.includeTop) return frame.model(pooled(frame, x));
  x = flatten({ name: "flatten" }).apply(x);
  x = dense({ units: 120, activation: "tanh", name: "fc1" }).apply(x);
  x = dense({ units: 84, activation: "tanh", name: "fc2" }).apply(x);
  return frame.model(predictions(frame, x));
}
