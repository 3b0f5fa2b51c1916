import { OptionError } from "../core/errors.ts";
import { camelCase, lookUp } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { type AffineTransformParams, affineTransform } from "../graph/ops/affine-transform.ts";
import { concatenate } from "../graph/ops/concatenate.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { Augmentation } from "./augmentation.ts";
import { type CallContext, checkLayerOptions, type LayerOptions } from "./layer.ts";

export interface GeometricOptions extends LayerOptions {
  /**
   * What comes in from outside of the image: its mirror image `"reflect"` (dcba|abcd|dcba), the image again `"wrap"`,
   * `fillValue` with `"constant"`, or the border's pixels `"nearest"`. Default `"reflect"`.
   */
  fillMode?: "reflect" | "wrap" | "constant" | "nearest";
  /** Between pixels: `"bilinear"` or `"nearest"`. Default `"bilinear"`. */
  interpolation?: "bilinear" | "nearest";
  /** For the fill mode `"constant"`. Default 0. */
  fillValue?: number;
}

const fillModes = { reflect: "reflect", wrap: "wrap", constant: "constant", nearest: "nearest" } as const;
const interpolations = { bilinear: "bilinear", nearest: "nearest" } as const;

/** The six numbers of a map, each for all samples or of shape [N, 1, 1, 1]: see {@link affineTransform}. */
export type AffineMap = readonly (Value | number)[];

/** Looks at every image from another place: a subclass says from where. */
export abstract class Geometric extends Augmentation {
  private readonly look: Omit<AffineTransformParams, "height" | "width">;

  constructor(type: string, options: GeometricOptions, known: readonly string[]) {
    super(options);
    const where = `layers.${type}`;
    checkLayerOptions(type, options, [...known, "fillMode", "interpolation", "fillValue"]);
    const { fillMode = "reflect", interpolation = "bilinear", fillValue = 0 } = options;
    if (!Number.isFinite(fillValue)) {
      throw new OptionError({ where, expected: "fillValue to be a number", received: String(fillValue) });
    }
    this.look = {
      fillMode: lookUp(where, fillModes, camelCase(fillMode)),
      interpolation: lookUp(where, interpolations, camelCase(interpolation)),
      fillValue,
    };
  }

  /** Where the pixels of the result come from, for images [H, W, C]. */
  abstract map(images: Value, size: Shape, context: CallContext): AffineMap;

  override augment(images: Value, context: CallContext): Value {
    return affineTransform(
      images,
      stackMap(images, this.map(images, images.shape.slice(1), context)),
      this.look,
    );
  }
}

/** The six numbers side by side: [N, 6]. */
export function stackMap(images: Value, map: AffineMap): Value {
  const batch = images.shape[0];
  const columns = map.map((value) =>
    typeof value === "number" ? images.graph.constant(value, [batch, 1]) : reshape(value, [batch, 1]),
  );
  return concatenate(columns as [Value, ...Value[]], { axis: 1 });
}

/** The map that turns by an angle around the middle and scales there: cos and sin may carry the scale. */
export function aroundMiddle(size: Shape, [a0, a1]: [Value, Value], [b0, b1]: [Value, Value]): AffineMap {
  const [middleY, middleX] = [(size[0] - 1) / 2, (size[1] - 1) / 2];
  const shift = (own: number, x: Value, y: Value): Value =>
    add(add(multiply(x, -middleX), multiply(y, -middleY)), own);
  return [a0, a1, shift(middleX, a0, a1), b0, b1, shift(middleY, b0, b1)];
}
