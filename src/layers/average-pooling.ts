import { averagePool } from "../graph/ops/average-pool.ts";
import type { Layer } from "./layer.ts";
import { Pooling, type Pooling1dOptions, type Pooling2dOptions, type Pooling3dOptions } from "./pooling.ts";

/**
 * Mean of each window, channel by channel: [N, steps, C] → [N, outSteps, C]. Padding counts neither in the sum nor in the
 * number of values.
 *
 * @throws ShapeError (when the model is built) if no window fits into the sequence.
 * @see https://keras.io/api/layers/pooling_layers/average_pooling1d/
 * @example
 * layers.averagePooling1d({ poolSize: 4, inputShape: [100, 4] });
 */
export function averagePooling1d(options: Pooling1dOptions = {}): Layer {
  return new Pooling("average", 1, averagePool, options);
}

/**
 * Mean of each window, channel by channel: [N, H, W, C] → [N, outH, outW, C]. Padding counts neither in the sum nor in
 * the number of values.
 *
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/pooling_layers/average_pooling2d/
 * @example
 * layers.averagePooling2d({ poolSize: 2 });
 */
export function averagePooling2d(options: Pooling2dOptions = {}): Layer {
  return new Pooling("average", 2, averagePool, options);
}

/**
 * Mean of each window, channel by channel: [N, D, H, W, C] → [N, outD, outH, outW, C]. Padding counts neither in the sum
 * nor in the number of values.
 *
 * @throws ShapeError (when the model is built) if no window fits into the volume.
 * @see https://keras.io/api/layers/pooling_layers/average_pooling3d/
 * @example
 * layers.averagePooling3d({ poolSize: 2, inputShape: [16, 32, 32, 4] });
 */
export function averagePooling3d(options: Pooling3dOptions = {}): Layer {
  return new Pooling("average", 3, averagePool, options);
}
