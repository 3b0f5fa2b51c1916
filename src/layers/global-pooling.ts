import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reduceMax, reduceMean } from "../graph/ops/reduce-max.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";

export interface GlobalPoolingOptions extends LayerOptions {
  /** Keep the spatial axes, with length 1. Default false. */
  keepdims?: boolean;
}

type Reduce = typeof reduceMean;

/** A number for each feature map, over one, two or three spatial axes. */
export class GlobalPooling extends Layer {
  readonly type: string;
  protected readonly keepDims: boolean;
  private readonly axes: readonly number[];
  private readonly reduce: Reduce;

  constructor(kind: "Average" | "Max", rank: number, reduce: Reduce, options: GlobalPoolingOptions) {
    super(options);
    this.type = `global${kind}Pooling${rank}d`;
    checkLayerOptions(this.type, options, ["keepdims"]);
    this.keepDims = options.keepdims ?? false;
    this.axes = Array.from({ length: rank }, (_, i) => i + 1);
    this.reduce = reduce;
  }

  override outputShape(inputShape: Shape): Shape {
    requireSpatial(this.name, inputShape, this.axes.length);
    return [...(this.keepDims ? this.axes.map(() => 1) : []), inputShape[this.axes.length]];
  }

  override call(input: Value): Value {
    return this.reduce(input, { axes: this.axes, keepDims: this.keepDims });
  }
}

/**
 * Mean of each feature map: [N, H, W, C] → [N, C].
 *
 * @throws ShapeError (when the model is built) if the input is no image with channels.
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling2d/
 * @example
 * layers.globalAveragePooling2d();
 */
export function globalAveragePooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("Average", 2, reduceMean, options);
}

/**
 * Mean of each feature map: [N, D, H, W, C] → [N, C].
 *
 * @throws ShapeError (when the model is built) if the input is no volume with channels.
 * @see https://keras.io/api/layers/pooling_layers/global_average_pooling3d/
 * @example
 * layers.globalAveragePooling3d({ inputShape: [16, 32, 32, 4] });
 */
export function globalAveragePooling3d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("Average", 3, reduceMean, options);
}

/**
 * Largest value of each feature map: [N, steps, C] → [N, C].
 *
 * Equal values share the gradient.
 *
 * @throws ShapeError (when the model is built) if the input is no sequence with channels.
 * @see https://keras.io/api/layers/pooling_layers/global_max_pooling1d/
 * @example
 * layers.globalMaxPooling1d({ inputShape: [100, 4] });
 */
export function globalMaxPooling1d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("Max", 1, reduceMax, options);
}

/**
 * Largest value of each feature map: [N, H, W, C] → [N, C].
 *
 * Equal values share the gradient.
 *
 * @throws ShapeError (when the model is built) if the input is no image with channels.
 * @see https://keras.io/api/layers/pooling_layers/global_max_pooling2d/
 * @example
 * layers.globalMaxPooling2d();
 */
export function globalMaxPooling2d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("Max", 2, reduceMax, options);
}

/**
 * Largest value of each feature map: [N, D, H, W, C] → [N, C].
 *
 * Equal values share the gradient.
 *
 * @throws ShapeError (when the model is built) if the input is no volume with channels.
 * @see https://keras.io/api/layers/pooling_layers/global_max_pooling3d/
 * @example
 * layers.globalMaxPooling3d({ inputShape: [16, 32, 32, 4] });
 */
export function globalMaxPooling3d(options: GlobalPoolingOptions = {}): Layer {
  return new GlobalPooling("Max", 3, reduceMax, options);
}
