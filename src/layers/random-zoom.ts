import { OptionError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { multiply, subtract } from "../graph/ops/elementwise.ts";
import { uniforms } from "./augmentation.ts";
import { type Factor, factorRange, type Range, within } from "./factor.ts";
import { type AffineMap, Geometric, type GeometricOptions } from "./geometric.ts";
import type { CallContext, Layer } from "./layer.ts";

export interface RandomZoomOptions extends GeometricOptions {
  /** By which share more of the height is seen (above 0: smaller) or less (below 0: larger), above −1 and up to 1. */
  heightFactor: Factor;
  /** Likewise for the width. Default: the same zoom as for the height. */
  widthFactor?: Factor;
}

/** @throws OptionError at −1, which would show a single line. */
function zoomRange(name: string, factor: Factor): Range {
  const where = "layers.randomZoom";
  const range = factorRange(where, name, factor, [-1, 1]);
  if (range[0] > -1) return range;
  throw new OptionError({ where, expected: `${name} to be above −1`, received: JSON.stringify(factor) });
}

class RandomZoom extends Geometric {
  readonly type = "randomZoom";
  private readonly heightFactor: Range;
  private readonly widthFactor: Range | undefined;

  constructor(options: RandomZoomOptions) {
    super("randomZoom", options, ["heightFactor", "widthFactor"]);
    this.heightFactor = zoomRange("heightFactor", options.heightFactor);
    const { widthFactor } = options;
    this.widthFactor = widthFactor === undefined ? undefined : zoomRange("widthFactor", widthFactor);
  }

  override map(images: Value, [height, width]: Shape, context: CallContext): AffineMap {
    const [u, v] = uniforms(images, context, 2);
    const one = ([low, high]: Range): Range => [1 + low, 1 + high];
    const zoomY = within(u, one(this.heightFactor));
    const zoomX = this.widthFactor ? within(v, one(this.widthFactor)) : zoomY;
    const start = (zoom: Value, length: number) => multiply(subtract(1, zoom), (length - 1) / 2);
    return [zoomX, 0, start(zoomX, width), 0, zoomY, start(zoomY, height)];
  }
}

/**
 * Makes images larger or smaller around their middle while training: [N, H, W, C] → [N, H, W, C].
 *
 * @throws OptionError if a factor is not above −1 and at most 1.
 * @see https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/
 * @example
 * layers.randomZoom({ heightFactor: 0.1 }); // from a tenth larger to a tenth smaller
 */
export function randomZoom(options: RandomZoomOptions): Layer {
  return new RandomZoom(options);
}
