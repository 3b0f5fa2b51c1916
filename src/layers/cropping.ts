import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { slice } from "../graph/ops/pad.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";
import { type Sides, type Sides1d, type Sides2d, type Sides3d, sidesOfOption } from "./sides.ts";

export interface CroppingOptions<Crop = Sides1d | Sides2d | Sides3d> extends LayerOptions {
  /** Pixels to cut off: on every side, for each axis, or `[before, after]` for each. Default 1, of images 0. */
  cropping?: Crop;
}

class Cropping extends Layer {
  readonly type: string;
  private readonly sides: Sides;

  constructor(rank: number, options: CroppingOptions) {
    super(options);
    this.type = `cropping${rank}d`;
    checkLayerOptions(this.type, options, ["cropping"]);
    this.sides = sidesOfOption(
      `layers.${this.type}`,
      "cropping",
      options.cropping ?? (rank === 2 ? 0 : 1),
      rank,
    );
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.sides.length);
    const left = spatial.map((length, axis) => length - this.sides[axis][0] - this.sides[axis][1]);
    if (left.some((length) => length < 1)) {
      throw new ShapeError({
        where: this.name,
        expected: `more pixels than the cropping ${JSON.stringify(this.sides)} takes`,
        received: formatShape(inputShape),
      });
    }
    return [...left, inputShape[spatial.length]];
  }

  override call(input: Value): Value {
    const size = [input.shape[0], ...this.outputShape(input.shape.slice(1))];
    return slice(input, { start: [0, ...this.sides.map(([before]) => before), 0], size });
  }
}

export type Cropping1dOptions = CroppingOptions<Sides1d>;
export type Cropping2dOptions = CroppingOptions<Sides2d>;
export type Cropping3dOptions = CroppingOptions<Sides3d>;

/**
 * Cuts steps off a sequence: [N, steps, C] → [N, steps − before − after, C].
 *
 * @throws ShapeError (when the model is built) if nothing is left.
 * @see https://keras.io/api/layers/reshaping_layers/cropping1d/
 * @example
 * layers.cropping1d({ cropping: [0, 2], inputShape: [100, 4] });
 */
export function cropping1d(options: Cropping1dOptions = {}): Layer {
  return new Cropping(1, options);
}

/**
 * Cuts rows and columns off the image: [N, H, W, C] → [N, H − top − bottom, W − left − right, C].
 *
 * @throws ShapeError (when the model is built) if nothing is left.
 * @see https://keras.io/api/layers/reshaping_layers/cropping2d/
 * @example
 * layers.cropping2d({ cropping: [[1, 0], [2, 2]] });
 */
export function cropping2d(options: Cropping2dOptions = {}): Layer {
  return new Cropping(2, options);
}

/**
 * Cuts a block out of a volume: [N, D, H, W, C] → [N, D − …, H − …, W − …, C].
 *
 * @throws ShapeError (when the model is built) if nothing is left.
 * @see https://keras.io/api/layers/reshaping_layers/cropping3d/
 * @example
 * layers.cropping3d({ cropping: [0, 2, 2], inputShape: [16, 32, 32, 4] });
 */
export function cropping3d(options: Cropping3dOptions = {}): Layer {
  return new Cropping(3, options);
}
