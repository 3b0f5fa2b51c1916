import { OptionError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { pad, slice } from "../graph/ops/pad.ts";
import {
  type Interpolation,
  type InterpolationName,
  interpolationOf,
  resampleSpatial,
  resizedRows,
} from "./interpolation.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";

export interface ResizingOptions extends LayerOptions {
  /** Rows that come out. */
  height: number;
  /** Columns that come out. */
  width: number;
  /** `"bilinear"` (the default), `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`. */
  interpolation?: InterpolationName;
  /** Cut off rows or columns of the image first, as many in front as behind, so that nothing is distorted. Default false. */
  cropToAspectRatio?: boolean;
  /** Add rows or columns first, as many in front as behind, so that nothing is distorted or lost. Default false. */
  padToAspectRatio?: boolean;
  /** What added pixels hold: `"constant"`, the default and the only mode. */
  fillMode?: "constant";
  /** Value of added pixels. Default 0. */
  fillValue?: number;
  /** Let every pixel of a larger image count. Default false. */
  antialias?: boolean;
}

const known = [
  "height",
  "width",
  "interpolation",
  "cropToAspectRatio",
  "padToAspectRatio",
  "fillMode",
  "fillValue",
  "antialias",
];

/** The largest block in the middle of the image that has the proportions of `height` × `width`. */
export function cropToAspectRatio(input: Value, height: number, width: number): Value {
  const [batch, inH, inW, channels] = input.shape;
  const cropH = Math.max(1, Math.min(inH, Math.floor((inW * height) / width)));
  const cropW = Math.max(1, Math.min(inW, Math.floor((inH * width) / height)));
  if (cropH === inH && cropW === inW) return input;
  const start = [0, Math.floor((inH - cropH) / 2), Math.floor((inW - cropW) / 2), 0];
  return slice(input, { start, size: [batch, cropH, cropW, channels] });
}

function padToAspectRatio(input: Value, height: number, width: number, value: number): Value {
  const [, inH, inW] = input.shape;
  const rows = Math.max(inH, Math.floor((inW * height) / width)) - inH;
  const columns = Math.max(inW, Math.floor((inH * width) / height)) - inW;
  const before = [0, Math.floor(rows / 2), Math.floor(columns / 2), 0];
  return pad(input, { before, after: [0, rows - before[1], columns - before[2], 0], value });
}

class Resizing extends Layer {
  readonly type = "resizing";
  private readonly settings: ResizingOptions;
  private readonly interpolation: Interpolation;

  constructor(options: ResizingOptions) {
    super(options);
    const where = "layers.resizing";
    checkLayerOptions("resizing", options, known);
    requireWhole(where, "height", options.height);
    requireWhole(where, "width", options.width);
    if (options.cropToAspectRatio && options.padToAspectRatio) {
      throw new OptionError({
        where,
        expected: "either cropToAspectRatio or padToAspectRatio",
        received: "both",
      });
    }
    if ((options.fillMode ?? "constant") !== "constant") {
      throw new OptionError({ where, expected: 'fillMode "constant"', received: String(options.fillMode) });
    }
    this.settings = options;
    this.interpolation = interpolationOf(where, options.interpolation ?? "bilinear");
  }

  override outputShape(inputShape: Shape): Shape {
    requireSpatial(this.name, inputShape, 2);
    return [this.settings.height, this.settings.width, inputShape[2]];
  }

  override call(input: Value): Value {
    const { height, width, antialias = false, fillValue = 0 } = this.settings;
    const image = this.settings.cropToAspectRatio
      ? cropToAspectRatio(input, height, width)
      : this.settings.padToAspectRatio
        ? padToAspectRatio(input, height, width, fillValue)
        : input;
    const [, inH, inW] = image.shape;
    return resampleSpatial(image, [
      resizedRows(inH, height, this.interpolation, antialias),
      resizedRows(inW, width, this.interpolation, antialias),
    ]);
  }
}

/**
 * Images of another size: [N, H, W, C] → [N, height, width, C].
 *
 * Pixels are squares: the middle of output pixel o lies at (o + ½) · H / height − ½ in the input.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/
 * @example
 * layers.resizing({ height: 32, width: 32, cropToAspectRatio: true, inputShape: [48, 64, 3] });
 */
export function resizing(options: ResizingOptions): Layer {
  return new Resizing(options);
}
