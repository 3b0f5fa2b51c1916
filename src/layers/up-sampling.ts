import type { Shape } from "../core/shape.ts";
import { perAxis } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import type { Size1d, Size2d, Size3d, SizeNd } from "./conv.ts";
import {
  type Interpolation,
  type InterpolationName,
  interpolationOf,
  resampleSpatial,
  resizedRows,
} from "./interpolation.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";

export interface UpSamplingOptions<Size = SizeNd> extends LayerOptions {
  /** How many times as long each axis becomes. Default 2. */
  size?: Size;
}

class UpSampling extends Layer {
  readonly type: string;
  private readonly factors: readonly number[];
  private readonly interpolation: Interpolation;

  constructor(
    rank: number,
    options: UpSamplingOptions & { interpolation?: InterpolationName },
    known: readonly string[] = [],
  ) {
    super(options);
    this.type = `upSampling${rank}d`;
    checkLayerOptions(this.type, options, ["size", ...known]);
    const where = `layers.${this.type}`;
    this.factors = perAxis(where, "size", options.size ?? 2, rank);
    this.interpolation = interpolationOf(where, options.interpolation ?? "nearest");
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.factors.length);
    return [...spatial.map((length, axis) => length * this.factors[axis]), inputShape[spatial.length]];
  }

  override call(input: Value): Value {
    const rows = this.factors.map((factor, i) => {
      const length = input.shape[i + 1];
      return resizedRows(length, length * factor, this.interpolation);
    });
    return resampleSpatial(input, rows);
  }
}

export type UpSampling1dOptions = UpSamplingOptions<Size1d>;
export type UpSampling3dOptions = UpSamplingOptions<Size3d>;
export interface UpSampling2dOptions extends UpSamplingOptions<Size2d> {
  /** `"nearest"` (the default), which repeats pixels, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`. */
  interpolation?: InterpolationName;
}

/**
 * Repeats each step: [N, steps, C] → [N, size · steps, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/up_sampling1d/
 * @example
 * layers.upSampling1d({ size: 3, inputShape: [20, 4] });
 */
export function upSampling1d(options: UpSampling1dOptions = {}): Layer {
  return new UpSampling(1, options);
}

/**
 * Makes feature maps larger, by repeating pixels or by interpolation: [N, H, W, C] → [N, size · H, size · W, C].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/reshaping_layers/up_sampling2d/
 * @example
 * layers.upSampling2d({ size: 2, interpolation: "bilinear" });
 */
export function upSampling2d(options: UpSampling2dOptions = {}): Layer {
  return new UpSampling(2, options, ["interpolation"]);
}

/**
 * Repeats each voxel: [N, D, H, W, C] → [N, size · D, size · H, size · W, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/up_sampling3d/
 * @example
 * layers.upSampling3d({ size: [1, 2, 2], inputShape: [4, 8, 8, 4] });
 */
export function upSampling3d(options: UpSampling3dOptions = {}): Layer {
  return new UpSampling(3, options);
}
