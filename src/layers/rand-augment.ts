import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { affineTransform } from "../graph/ops/affine-transform.ts";
import { equal, floor, multiply, select } from "../graph/ops/elementwise.ts";
import { Augmentation, uniforms } from "./augmentation.ts";
import { stretchContrast } from "./auto-contrast.ts";
import { type Factor, factorRange, type Range, valueRangeOf } from "./factor.ts";
import type { AffineMap, Geometric, GeometricOptions } from "./geometric.ts";
import { stackMap } from "./geometric.ts";
import { requireChannels } from "./hsv.ts";
import { type CallContext, checkLayerOptions, type Layer, type LayerOptions } from "./layer.ts";
import { randomBrightness } from "./random-brightness.ts";
import { randomColorDegeneration } from "./random-color-degeneration.ts";
import { randomContrast } from "./random-contrast.ts";
import { randomPosterization } from "./random-posterization.ts";
import { randomRotation } from "./random-rotation.ts";
import { randomSharpness } from "./random-sharpness.ts";
import { randomShear } from "./random-shear.ts";
import { randomTranslation } from "./random-translation.ts";
import { requireWhole } from "./require.ts";
import { solarization } from "./solarization.ts";

export interface RandAugmentOptions extends LayerOptions {
  /** Lowest and highest number of an image. Default [0, 255]. */
  valueRange?: Range;
  /** Changes that each image goes through. Default 2. */
  numOps?: number;
  /** How strong they are, from 0 to 1; a single number: up to it. Default 0.5. */
  factor?: Factor;
  /** Between pixels: `"bilinear"` or `"nearest"`. Default `"bilinear"`. */
  interpolation?: NonNullable<GeometricOptions["interpolation"]>;
}

class RandAugment extends Augmentation {
  readonly type = "randAugment";
  private readonly valueRange: Range;
  private readonly numOps: number;
  private readonly interpolation: NonNullable<GeometricOptions["interpolation"]>;
  /** Changes of place: all are one look through a map that is chosen. */
  private readonly geometric: readonly Geometric[];
  private readonly colours: readonly ((images: Value, context: CallContext) => Value)[];

  constructor(options: RandAugmentOptions) {
    super(options);
    const where = "layers.randAugment";
    checkLayerOptions("randAugment", options, ["valueRange", "numOps", "factor", "interpolation"]);
    const { numOps = 2, interpolation = "bilinear" } = options;
    requireWhole(where, "numOps", numOps, 0);
    this.numOps = numOps;
    this.interpolation = interpolation;
    const valueRange = valueRangeOf(where, options.valueRange);
    this.valueRange = valueRange;
    const factor = factorRange(where, "factor", options.factor ?? 0.5, [0, 1]);
    const bits = Math.max(1, Math.floor(8 * factor[1]));
    this.geometric = [
      randomShear({ xFactor: factor, yFactor: factor, interpolation }),
      randomTranslation({ heightFactor: factor, widthFactor: factor, interpolation }),
      randomRotation({ factor, interpolation }),
    ] as Geometric[];
    const layers = [
      randomBrightness({ factor, valueRange }),
      randomColorDegeneration({ factor, valueRange }),
      randomContrast({ factor, valueRange }),
      randomSharpness({ factor, valueRange }),
      randomPosterization({ factor: bits, valueRange }),
      solarization({ additionFactor: factor, thresholdFactor: factor, valueRange }),
    ] as Augmentation[];
    this.colours = [
      ...layers.map((layer) => (images: Value, context: CallContext) => layer.augment(images, context)),
      (images) => stretchContrast(images, this.valueRange),
    ];
  }

  override outputShape(inputShape: Shape): Shape {
    requireChannels(this.name, super.outputShape(inputShape), [1, 3]);
    return inputShape;
  }

  override augment(images: Value, context: CallContext): Value {
    if (this.numOps === 0) return images;
    const choices = this.geometric.length + this.colours.length;
    const picks = uniforms(images, context, this.numOps).map((u) => floor(multiply(u, choices)));
    return picks.reduce((changed, pick) => this.change(changed, pick, context), images);
  }

  /** The change number `pick` of each image. */
  private change(images: Value, pick: Value, context: CallContext): Value {
    const size = images.shape.slice(1);
    const identity: AffineMap = [1, 0, 0, 0, 1, 0];
    const map = this.geometric.reduce((chosen: AffineMap, layer, i) => {
      const own = layer.map(images, size, context);
      return chosen.map((number, j) => select(equal(pick, i), own[j], number));
    }, identity);
    const moved = affineTransform(images, stackMap(images, map), { interpolation: this.interpolation });
    return this.colours.reduce(
      (changed, colour, i) => select(equal(pick, this.geometric.length + i), colour(moved, context), changed),
      moved,
    );
  }
}

/**
 * Puts each image through some of ten changes while training: [N, H, W, C] → [N, H, W, C].
 *
 * Shear, translation, rotation, brightness, fading colours, contrast, sharpness, posterization, solarization,
 * stretched contrast. Keras's eleventh, equalization of the histogram, is missing; and each image has changes of its
 * own, where Keras draws them for a batch.
 *
 * @throws OptionError if the factor is not within 0 and 1.
 * @throws ShapeError unless images have 1 or 3 channels.
 * @see Cubuk et al. 2019, "RandAugment: practical automated data augmentation with a reduced search space"
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/rand_augment/
 * @example
 * layers.randAugment({ valueRange: [0, 1], factor: 0.3 });
 */
export function randAugment(options: RandAugmentOptions = {}): Layer {
  return new RandAugment(options);
}
