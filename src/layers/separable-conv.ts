import type { ConstraintChoice } from "../constraints/table.ts";
import type { Shape } from "../core/shape.ts";
import { type Padding, windowGeometry } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { conv } from "../graph/ops/write-conv.ts";
import type { InitializerChoice } from "../initializers/table.ts";
import type { RegularizerChoice } from "../regularizers/table.ts";
import {
  type Size1d,
  type Size2d,
  type SizeNd,
  type SlidingWindow,
  slidingOptions,
  slidingWindow,
  type WindowOf,
} from "./conv.ts";
import { type DepthwiseConvOptions, depthwise } from "./depthwise-conv.ts";
import { KernelLayer } from "./kernel-layer.ts";
import type { CallContext, Layer } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";
import { type SequencePadding, sequenceWindow } from "./sequence-window.ts";

export interface SeparableConvOptions<Size = SizeNd, Pad = Padding> extends DepthwiseConvOptions<Size, Pad> {
  /** Output channels. */
  filters: number;
  /** Default `"glorotUniform"`. */
  pointwiseInitializer?: InitializerChoice;
  /** A price on the kernel that mixes the channels, added to the loss. Default none. */
  pointwiseRegularizer?: RegularizerChoice;
  /** Where the kernel that mixes the channels must lie after each update. Default anywhere. */
  pointwiseConstraint?: ConstraintChoice;
}

const known = ["filters", "depthMultiplier", ...slidingOptions];

class SeparableConv<Pad> extends KernelLayer<SeparableConvOptions<SizeNd, Pad>> {
  private readonly window: SlidingWindow;
  private readonly multiplier: number;

  constructor(rank: number, options: SeparableConvOptions<SizeNd, Pad>, windowOf: WindowOf<Pad>) {
    super(`separableConv${rank}d`, options, known, ["depthwise", "pointwise"]);
    this.multiplier = options.depthMultiplier ?? 1;
    requireWhole(this.where, "filters", options.filters);
    requireWhole(this.where, "depthMultiplier", this.multiplier);
    this.window = windowOf(this.where, rank, options);
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.window.size.length);
    const positions = windowGeometry(this.name, spatial, this.window).map(({ out }) => out);
    return [...positions, this.settings.filters];
  }

  override build(inputShape: Shape): void {
    const { size } = this.window;
    const { filters } = this.settings;
    const channels = inputShape[inputShape.length - 1];
    const pixel = size.map(() => 1);
    this.addKernel("depthwise_kernel", [...size, channels, this.multiplier], { prefix: "depthwise" });
    this.addKernel("pointwise_kernel", [...pixel, channels * this.multiplier, filters], {
      prefix: "pointwise",
    });
    this.addBias(filters);
  }

  override call(input: Value, context: CallContext): Value {
    const maps = depthwise(input, this.weight(input, "depthwise_kernel"), this.window);
    return this.finish(conv(maps, this.weight(input, "pointwise_kernel")), context);
  }
}

export type SeparableConv1dOptions = SeparableConvOptions<Size1d, SequencePadding>;
export type SeparableConv2dOptions = SeparableConvOptions<Size2d>;

/**
 * A convolution of each channel of a sequence by itself, then one of length 1 that mixes them: [N, steps, C] →
 * [N, outSteps, filters].
 *
 * Weights: depthwise_kernel [k, C, depthMultiplier], pointwise_kernel [1, C · depthMultiplier, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the sequence.
 * @see https://keras.io/api/layers/convolution_layers/separable_convolution1d/
 * @example
 * layers.separableConv1d({ filters: 16, kernelSize: 5, padding: "same", inputShape: [100, 4] });
 */
export function separableConv1d(options: SeparableConv1dOptions): Layer {
  return new SeparableConv(1, options, sequenceWindow);
}

/**
 * A convolution of each channel by itself, then one of 1 × 1 that mixes them: [N, H, W, C] → [N, outH, outW, filters].
 * It needs a fraction of the weights and of the arithmetic of a full convolution.
 *
 * Weights: depthwise_kernel [kH, kW, C, depthMultiplier], pointwise_kernel [1, 1, C · depthMultiplier, filters], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/convolution_layers/separable_convolution2d/
 * @example
 * layers.separableConv2d({ filters: 64, kernelSize: 3, activation: "relu" });
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer {
  return new SeparableConv(2, options, slidingWindow);
}
