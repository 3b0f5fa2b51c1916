import { OptionError } from "../core/errors.ts";
import { concatenate } from "../layers/concatenate.ts";
import { conv2dTranspose } from "../layers/conv-transpose.ts";
import type { SymbolicTensor } from "../layers/layer.ts";
import { maxPooling2d } from "../layers/pooling.ts";
import type { Model } from "../training/model.ts";
import { type ApplicationOptions, activated, convolved, frameOf, normalized } from "./application.ts";

export interface UnetOptions extends Omit<ApplicationOptions, "includeTop" | "pooling"> {
  /** Filters of the first level; each level below has twice as many. Default 64. */
  filters?: number;
  /** How often rows and columns are halved. Default 4. */
  depth?: number;
  /** Normalize behind each convolution. Default false, as in the paper. */
  batchNorm?: boolean;
}

/**
 * U-Net: a class for every pixel. Down to small images of many channels, and up again beside what was seen on the way:
 * [N, H, W, C] → [N, H, W, classes].
 *
 * Convolutions are padded, so that the result is as large as the image. `"sigmoid"` with one class, else `"softmax"`.
 * Default: 2 classes, images [256, 256, 1].
 *
 * @throws OptionError if rows or columns cannot be halved so often.
 * @see Ronneberger et al. 2015, "U-Net: convolutional networks for biomedical image segmentation"
 * @example
 * const network = applications.unet({ inputShape: [32, 32, 1], filters: 8, depth: 2, classes: 3 });
 */
export function unet(options: UnetOptions = {}): Model {
  const { filters = 64, depth = 4, batchNorm = false, ...others } = options;
  const { classes = 2 } = options;
  const activation = classes === 1 ? ("sigmoid" as const) : ("softmax" as const);
  const frame = frameOf(
    "unet",
    { classes, classifierActivation: activation, ...others },
    { defaultShape: [256, 256, 1], least: 2 ** depth },
  );
  const require = (holds: boolean, expected: string, received: unknown): void => {
    if (!holds)
      throw new OptionError({ where: "applications.unet", expected, received: JSON.stringify(received) });
  };
  require(Number.isInteger(filters) && filters >= 1, "filters to be a whole number ≥ 1", filters);
  require(Number.isInteger(depth) && depth >= 1, "depth to be a whole number ≥ 1", depth);
  const [height, width] = frame.image.shape;
  require(height % 2 ** depth === 0 &&
    width % 2 ** depth === 0, `rows and columns that ${2 ** depth} divides, for depth ${depth}`, frame.image
    .shape);

  const twice = (x: SymbolicTensor, name: string, count: number): SymbolicTensor => {
    let y = x;
    for (const part of [1, 2]) {
      y = convolved(y, `${name}_conv${part}`, count, 3, {
        padding: "same",
        kernelInitializer: "heNormal",
        useBias: !batchNorm,
      });
      if (batchNorm) y = normalized(y, `${name}_bn${part}`);
      y = activated(y, `${name}_relu${part}`);
    }
    return y;
  };
  const seen: SymbolicTensor[] = [];
  let x: SymbolicTensor = frame.image;
  for (let level = 1; level <= depth; level++) {
    const y = twice(x, `down${level}`, filters * 2 ** (level - 1));
    seen.push(y);
    x = maxPooling2d({ poolSize: 2, name: `down${level}_pool` }).apply(y);
  }
  x = twice(x, "bottom", filters * 2 ** depth);
  for (let level = depth; level >= 1; level--) {
    const count = filters * 2 ** (level - 1);
    const larger = conv2dTranspose({ filters: count, kernelSize: 2, strides: 2, name: `up${level}` }).apply(
      x,
    );
    x = concatenate({ name: `up${level}_concat` }).apply([seen[level - 1], larger]);
    x = twice(x, `up${level}`, count);
  }
  return frame.model(convolved(x, "predictions", classes, 1, { activation: frame.classifierActivation }));
}
