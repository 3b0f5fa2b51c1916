import type { Activation } from "../activations/activation.ts";
import { type ActivationName, activationOf } from "../activations/table.ts";
import { ShapeError } from "../core/errors.ts";
import { lookUp, type Spelling } from "../core/names.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { type Padding, perAxis, windowGeometry } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { conv } from "../graph/ops/conv.ts";
import { add } from "../graph/ops/elementwise.ts";
import { type InitializerChoice, initializerOf } from "../initializers/table.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireRank, requireWhole } from "./require.ts";

export interface Conv2dOptions extends LayerOptions {
  /** Output channels: how many kernels slide over the image. */
  filters: number;
  /** Height and width of the window in pixels. */
  kernelSize: number | readonly [number, number];
  /** Pixels from one position to the next. Default 1. */
  strides?: number | readonly [number, number];
  /** `"valid"` (none, the default), `"same"`, zeros on every side, or zeros per axis and side: `[[top, bottom], [left, right]]`. */
  padding?: Padding;
  /** Pixels between neighbouring taps. Default 1. */
  dilationRate?: number | readonly [number, number];
  /** Channels are split into this many groups that do not see each other. Default 1. */
  groups?: number;
  /** Default linear: none. */
  activation?: ActivationName | Activation;
  /** Default true. */
  useBias?: boolean;
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerChoice;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerChoice;
}

const known = [
  "filters",
  "kernelSize",
  "strides",
  "padding",
  "dilationRate",
  "groups",
  "activation",
  "useBias",
  "kernelInitializer",
  "biasInitializer",
];

/** Both spellings of a padding that a string can name. */
export function paddingOf(where: string, padding: Padding | Spelling<"valid" | "same">): Padding {
  return typeof padding === "string"
    ? lookUp(where, { valid: "valid", same: "same" } as const, padding)
    : padding;
}

class Conv2d extends Layer {
  readonly type = "conv2d";
  private readonly settings: Conv2dOptions;
  private readonly activation: Activation;
  private readonly size: number[];
  private readonly strides: number[];
  private readonly dilation: number[];
  private readonly padding: Padding;

  constructor(options: Conv2dOptions) {
    super(options);
    checkLayerOptions("conv2d", options, known);
    const { filters, kernelSize, strides = 1, padding = "valid", dilationRate = 1, groups = 1 } = options;
    const where = "layers.conv2d";
    requireWhole(where, "filters", filters);
    requireWhole(where, "groups", groups);
    this.settings = options;
    this.activation = activationOf(where, options.activation ?? "linear");
    this.size = perAxis(where, "kernelSize", kernelSize, 2);
    this.strides = perAxis(where, "strides", strides, 2);
    this.dilation = perAxis(where, "dilationRate", dilationRate, 2);
    this.padding = paddingOf(where, padding);
  }

  override outputShape(inputShape: Shape): Shape {
    const { filters, groups = 1 } = this.settings;
    requireRank(this.name, inputShape, 3, "an image [H, W, C]");
    if (inputShape[2] % groups !== 0 || filters % groups !== 0) {
      throw new ShapeError({
        where: this.name,
        expected: `${groups} groups to divide the channels of the input and the ${filters} filters`,
        received: formatShape(inputShape),
      });
    }
    const window = windowGeometry(this.name, inputShape.slice(0, 2), {
      size: this.size,
      strides: this.strides,
      dilation: this.dilation,
      padding: this.padding,
    });
    return [window[0].out, window[1].out, filters];
  }

  override build([, , channels]: Shape): void {
    const { filters, groups = 1, useBias = true } = this.settings;
    const { kernelInitializer = "glorotUniform", biasInitializer = "zeros" } = this.settings;
    this.addWeight(
      "kernel",
      [...this.size, channels / groups, filters],
      initializerOf(this.name, kernelInitializer),
    );
    if (useBias) this.addWeight("bias", [filters], initializerOf(this.name, biasInitializer));
  }

  override call(input: Value): Value {
    const { groups = 1, useBias = true } = this.settings;
    const sums = conv(input, this.weight(input, "kernel"), {
      strides: this.strides,
      padding: this.padding,
      dilationRate: this.dilation,
      groups,
    });
    return this.activation(useBias ? add(sums, this.weight(input, "bias")) : sums);
  }
}

/**
 * Convolution: slides `filters` kernels over the image and adds up what lies under each: [N, H, W, C] →
 * [N, outH, outW, filters], where outH = ⌊(H + padding − extent) / stride⌋ + 1.
 *
 * Weights: kernel [kH, kW, C / groups, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d/
 * @example
 * layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] });
 */
export function conv2d(options: Conv2dOptions): Layer {
  return new Conv2d(options);
}
