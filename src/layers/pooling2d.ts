import type { Shape } from "../core/shape.ts";
import type { Padding } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { averagePool } from "../graph/ops/average-pool.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import { type PoolOptions, poolParams } from "../graph/ops/pool-params.ts";
import { paddingOf } from "./conv2d.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank } from "./require.ts";

export interface Pooling2dOptions extends LayerOptions {
  /** Height and width of the window in pixels. Default 2. */
  poolSize?: number | readonly [number, number];
  /** Pixels from one window to the next. Default `poolSize`. */
  strides?: number | readonly [number, number];
  /** `"valid"` (none, the default), `"same"`, or pixels per axis and side. Padding never counts. */
  padding?: Padding;
}

class Pooling2d extends Layer {
  readonly type: string;
  private readonly pool: (input: Value, options: PoolOptions) => Value;
  private readonly window: PoolOptions;

  constructor(type: string, pool: (input: Value, options: PoolOptions) => Value, options: Pooling2dOptions) {
    super(options);
    this.type = type;
    this.pool = pool;
    checkLayerOptions(type, options, ["poolSize", "strides", "padding"]);
    const { poolSize = 2, strides = poolSize, padding = "valid" } = options;
    this.window = { poolSize, strides, padding: paddingOf(`layers.${type}`, padding) };
  }

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    const { window } = poolParams(this.name, [1, ...inputShape], this.window);
    return [...window.map((axis) => axis.out), inputShape[2]];
  }

  override call(input: Value): Value {
    return this.pool(input, this.window);
  }
}

/**
 * Largest value of each window, channel by channel: [N, H, W, C] → [N, outH, outW, C].
 *
 * The gradient goes to the largest value, the first of equals.
 *
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/pooling_layers/max_pooling2d/
 * @example
 * layers.maxPooling2d({ poolSize: 2 }); // halves height and width
 */
export function maxPooling2d(options: Pooling2dOptions = {}): Layer {
  return new Pooling2d("maxPooling2d", maxPool, options);
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
  return new Pooling2d("averagePooling2d", averagePool, options);
}
