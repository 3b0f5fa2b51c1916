import { averagePooling2d } from "../layers/average-pooling.ts";
import { concatenate } from "../layers/concatenate.ts";
import type { SymbolicTensor } from "../layers/layer.ts";
import { maxPooling2d } from "../layers/pooling.ts";
import { zeroPadding2d } from "../layers/zero-padding.ts";
import type { Model } from "../training/model.ts";
import {
  type ApplicationOptions,
  activated,
  classifier,
  convolved,
  frameOf,
  normalized,
} from "./application.ts";

const epsilon = 1.001e-5;
/** Channels that each block adds. */
const growth = 32;

/** Makes more feature maps of all there are, and keeps those. */
function block(x: SymbolicTensor, name: string): SymbolicTensor {
  let y = activated(normalized(x, `${name}_0_bn`, { epsilon }), `${name}_0_relu`);
  y = convolved(y, `${name}_1_conv`, 4 * growth, 1, { useBias: false });
  y = activated(normalized(y, `${name}_1_bn`, { epsilon }), `${name}_1_relu`);
  y = convolved(y, `${name}_2_conv`, growth, 3, { padding: "same", useBias: false });
  return concatenate({ name: `${name}_concat` }).apply([x, y]);
}

/** Half the channels, half the rows and columns. */
function transition(x: SymbolicTensor, name: string): SymbolicTensor {
  const channels = x.shape[2];
  let y = activated(normalized(x, `${name}_bn`, { epsilon }), `${name}_relu`);
  y = convolved(y, `${name}_conv`, Math.floor(channels / 2), 1, { useBias: false });
  return averagePooling2d({ poolSize: 2, strides: 2, name: `${name}_pool` }).apply(y);
}

/**
 * DenseNet of 121 layers, each of which sees the feature maps of all before it in its block: 8 million weights, named
 * as Keras's.
 *
 * Images for Keras's weights: 0 to 1, less the mean of ImageNet and divided by its standard deviation.
 *
 * @see Huang et al. 2016, "Densely connected convolutional networks"
 * @see https://keras.io/api/applications/densenet/
 * @example
 * const network = applications.densenet121({ includeTop: false, inputShape: [32, 32, 3], pooling: "avg" });
 */
export function densenet121(options: ApplicationOptions = {}): Model {
  const frame = frameOf("densenet121", options);
  let x = zeroPadding2d({ padding: 3 }).apply(frame.image);
  x = convolved(x, "conv1_conv", 64, 7, { strides: 2, useBias: false });
  x = activated(normalized(x, "conv1_bn", { epsilon }), "conv1_relu");
  x = zeroPadding2d({ padding: 1 }).apply(x);
  x = maxPooling2d({ poolSize: 3, strides: 2, name: "pool1" }).apply(x);
  for (const [i, depth] of [6, 12, 24, 16].entries()) {
    for (let j = 1; j <= depth; j++) x = block(x, `conv${i + 2}_block${j}`);
    if (i < 3) x = transition(x, `pool${i + 2}`);
  }
  x = activated(normalized(x, "bn", { epsilon }), "relu");
  return frame.model(classifier(frame, x, "avg_pool"));
}
