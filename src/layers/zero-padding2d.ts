import { OptionError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { pad } from "../graph/ops/pad.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank } from "./require.ts";

type Side = number | readonly [number, number];

export interface ZeroPadding2dOptions extends LayerOptions {
  /** Rows and columns of zeros: on every side, per axis, or `[[top, bottom], [left, right]]`. Default 1. */
  padding?: number | readonly [Side, Side];
}

class ZeroPadding2d extends Layer {
  readonly type = "zeroPadding2d";
  private readonly sides: readonly (readonly [number, number])[];

  constructor(options: ZeroPadding2dOptions) {
    super(options);
    checkLayerOptions("zeroPadding2d", options, ["padding"]);
    const { padding = 1 } = options;
    const axes = typeof padding === "number" ? [padding, padding] : padding;
    this.sides = axes.map((side) => (typeof side === "number" ? [side, side] : side));
    if (this.sides.length !== 2 || this.sides.flat().some((n) => !Number.isInteger(n) || n < 0)) {
      throw new OptionError({
        where: "layers.zeroPadding2d",
        expected: "padding as a number, [rows, columns] or [[top, bottom], [left, right]], whole and ≥ 0",
        received: JSON.stringify(padding),
      });
    }
  }

  override outputShape(inputShape: Shape): Shape {
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    const [[top, bottom], [left, right]] = this.sides;
    return [inputShape[0] + top + bottom, inputShape[1] + left + right, inputShape[2]];
  }

  override call(input: Value): Value {
    const [[top, bottom], [left, right]] = this.sides;
    return pad(input, { before: [0, top, left, 0], after: [0, bottom, right, 0] });
  }
}

/**
 * Rows and columns of zeros around the image: [N, H, W, C] → [N, H + top + bottom, W + left + right, C].
 *
 * @see https://keras.io/api/layers/reshaping_layers/zero_padding2d/
 * @example
 * layers.zeroPadding2d({ padding: [[0, 1], [0, 1]] });
 */
export function zeroPadding2d(options: ZeroPadding2dOptions = {}): Layer {
  return new ZeroPadding2d(options);
}
