import type { Shape } from "../core/shape.ts";
import type { Padding } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import { type PoolOptions, poolParams } from "../graph/ops/pool-params.ts";
import { paddingOf, type Size1d, type Size2d, type Size3d, type SizeNd } from "./conv.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";

export interface PoolingOptions<Size = SizeNd> extends LayerOptions {
  /** Length of the window along each axis, in pixels. Default 2. */
  poolSize?: Size;
  /** Pixels from one window to the next. Default `poolSize`. */
  strides?: Size;
  /** `"valid"` (none, the default), `"same"`, or pixels per axis and side. Padding never counts. */
  padding?: Padding;
}

type Pool = (input: Value, options: PoolOptions) => Value;

/** A number for each window and channel. */
export class Pooling extends Layer {
  readonly type: string;
  private readonly rank: number;
  private readonly pool: Pool;
  private readonly window: PoolOptions;

  constructor(kind: "max" | "average", rank: number, pool: Pool, options: PoolingOptions) {
    super(options);
    this.type = `${kind}Pooling${rank}d`;
    this.rank = rank;
    this.pool = pool;
    checkLayerOptions(this.type, options, ["poolSize", "strides", "padding"]);
    const { poolSize = 2, strides = poolSize, padding = "valid" } = options;
    this.window = { poolSize, strides, padding: paddingOf(`layers.${this.type}`, padding) };
  }

  override outputShape(inputShape: Shape): Shape {
    requireSpatial(this.name, inputShape, this.rank);
    const { window } = poolParams(this.name, [1, ...inputShape], this.window);
    return [...window.map((axis) => axis.out), inputShape[this.rank]];
  }

  override call(input: Value): Value {
    return this.pool(input, this.window);
  }
}

export type Pooling1dOptions = PoolingOptions<Size1d>;
export type Pooling2dOptions = PoolingOptions<Size2d>;
export type Pooling3dOptions = PoolingOptions<Size3d>;

/**
 * Largest value of each window, channel by channel: [N, steps, C] → [N, outSteps, C].
 *
 * The gradient goes to the largest value, the first of equals.
 *
 * @throws ShapeError (when the model is built) if no window fits into the sequence.
 * @see https://keras.io/api/layers/pooling_layers/max_pooling1d/
 * @example
 * layers.maxPooling1d({ poolSize: 3, strides: 2, inputShape: [100, 4] });
 */
export function maxPooling1d(options: Pooling1dOptions = {}): Layer {
  return new Pooling("max", 1, maxPool, options);
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
  return new Pooling("max", 2, maxPool, options);
}

/**
 * Largest value of each window, channel by channel: [N, D, H, W, C] → [N, outD, outH, outW, C].
 *
 * The gradient goes to the largest value, the first of equals.
 *
 * @throws ShapeError (when the model is built) if no window fits into the volume.
 * @see https://keras.io/api/layers/pooling_layers/max_pooling3d/
 * @example
 * layers.maxPooling3d({ poolSize: [1, 2, 2], inputShape: [16, 32, 32, 4] });
 */
export function maxPooling3d(options: Pooling3dOptions = {}): Layer {
  return new Pooling("max", 3, maxPool, options);
}
