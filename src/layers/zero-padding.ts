import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { pad } from "../graph/ops/pad.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";
import { type Sides, type Sides1d, type Sides2d, type Sides3d, sidesOfOption } from "./sides.ts";

export interface PaddingOptions<Pad = Sides1d | Sides2d | Sides3d> extends LayerOptions {
  /** Pixels to add: on every side, for each axis, or `[before, after]` for each. Default 1. */
  padding?: Pad;
}

/** Adds pixels around the spatial axes; `fill` says what they are. */
export class PaddingLayer extends Layer {
  readonly type: string;
  protected readonly sides: Sides;
  private readonly fill: (input: Value, sides: Sides) => Value;

  constructor(
    type: string,
    rank: number,
    options: PaddingOptions,
    fill: (input: Value, sides: Sides) => Value,
    known: readonly string[] = [],
  ) {
    super(options);
    this.type = type;
    checkLayerOptions(type, options, ["padding", ...known]);
    this.sides = sidesOfOption(`layers.${type}`, "padding", options.padding ?? 1, rank);
    this.fill = fill;
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.sides.length);
    const padded = spatial.map((length, axis) => length + this.sides[axis][0] + this.sides[axis][1]);
    return [...padded, inputShape[spatial.length]];
  }

  override call(input: Value): Value {
    return this.fill(input, this.sides);
  }
}

/** Surrounds the spatial axes with a constant. */
export function padWith(value: number): (input: Value, sides: Sides) => Value {
  return (input, sides) => {
    const [before, after] = [0, 1].map((side) => [0, ...sides.map((pair) => pair[side]), 0]);
    return pad(input, { before, after, value });
  };
}

export type ZeroPadding1dOptions = PaddingOptions<Sides1d>;
export type ZeroPadding2dOptions = PaddingOptions<Sides2d>;
export type ZeroPadding3dOptions = PaddingOptions<Sides3d>;

/**
 * Zeros before and after a sequence: [N, steps, C] → [N, before + steps + after, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding1d/
 * @example
 * layers.zeroPadding1d({ padding: [2, 0], inputShape: [100, 4] });
 */
export function zeroPadding1d(options: ZeroPadding1dOptions = {}): Layer {
  return new PaddingLayer("zeroPadding1d", 1, options, padWith(0));
}

/**
 * Rows and columns of zeros around the image: [N, H, W, C] → [N, H + top + bottom, W + left + right, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding2d/
 * @example
 * layers.zeroPadding2d({ padding: [[0, 1], [0, 1]] });
 */
export function zeroPadding2d(options: ZeroPadding2dOptions = {}): Layer {
  return new PaddingLayer("zeroPadding2d", 2, options, padWith(0));
}

/**
 * Zeros around a volume: [N, D, H, W, C] → [N, D + …, H + …, W + …, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding3d/
 * @example
 * layers.zeroPadding3d({ padding: [0, 1, 1], inputShape: [16, 32, 32, 4] });
 */
export function zeroPadding3d(options: ZeroPadding3dOptions = {}): Layer {
  return new PaddingLayer("zeroPadding3d", 3, options, padWith(0));
}
