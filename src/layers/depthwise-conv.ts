import type { ConstraintChoice } from "../constraints/table.ts";
import type { Shape } from "../core/shape.ts";
import { type Padding, windowGeometry } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { broadcastTo } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { conv } from "../graph/ops/write-conv.ts";
import type { InitializerChoice } from "../initializers/table.ts";
import type { RegularizerChoice } from "../regularizers/table.ts";
import {
  type Size1d,
  type Size2d,
  type SizeNd,
  type SlidingOptions,
  type SlidingWindow,
  slidingOptions,
  slidingWindow,
  type WindowOf,
} from "./conv.ts";
import { KernelLayer, type SumOptions } from "./kernel-layer.ts";
import type { CallContext, Layer } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";
import { type SequencePadding, sequenceWindow } from "./sequence-window.ts";

export interface DepthwiseConvOptions<Size = SizeNd, Pad = Padding>
  extends SlidingOptions<Size, Pad>,
    SumOptions {
  /** Output channels of each input channel. Default 1. */
  depthMultiplier?: number;
  /** Default `"glorotUniform"`. */
  depthwiseInitializer?: InitializerChoice;
  /** A price on the kernel of each channel, added to the loss. Default none. */
  depthwiseRegularizer?: RegularizerChoice;
  /** Where the kernel of each channel must lie after each update. Default anywhere. */
  depthwiseConstraint?: ConstraintChoice;
}

/**
 * Multipliers up to which each channel is repeated, so that every output channel has one of its own. Groups of so few
 * outputs leave most lanes idle: training with 2 or 3 outputs a channel takes two to five times as long with them.
 */
const mostRepeats = 4;

/** [N, …, C] → [N, …, C · count], copies side by side. */
function repeatChannels(input: Value, count: number): Value {
  const outer = input.shape.slice(0, -1);
  const channels = input.shape[outer.length];
  const copies = broadcastTo(reshape(input, [...outer, channels, 1]), [...outer, channels, count]);
  return reshape(copies, [...outer, channels * count]);
}

/** Slides the kernels [..., C, multiplier] over their channels: [N, …, C] → [N, …, C · multiplier]. */
export function depthwise(input: Value, kernel: Value, window: SlidingWindow): Value {
  const [channels, multiplier] = kernel.shape.slice(-2);
  const { size, strides, padding, dilation } = window;
  const grouped = reshape(kernel, [...size, 1, channels * multiplier]);
  const repeats = multiplier <= mostRepeats ? multiplier : 1;
  const image = repeats > 1 ? repeatChannels(input, repeats) : input;
  const groups = channels * repeats;
  return conv(image, grouped, { strides, padding, dilationRate: dilation, groups });
}

class DepthwiseConv<Pad> extends KernelLayer<DepthwiseConvOptions<SizeNd, Pad>> {
  private readonly window: SlidingWindow;
  private readonly multiplier: number;

  constructor(rank: number, options: DepthwiseConvOptions<SizeNd, Pad>, windowOf: WindowOf<Pad>) {
    super(`depthwiseConv${rank}d`, options, ["depthMultiplier", ...slidingOptions], ["depthwise"]);
    this.multiplier = options.depthMultiplier ?? 1;
    requireWhole(this.where, "depthMultiplier", this.multiplier);
    this.window = windowOf(this.where, rank, options);
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.window.size.length);
    const positions = windowGeometry(this.name, spatial, this.window).map(({ out }) => out);
    return [...positions, inputShape[spatial.length] * this.multiplier];
  }

  override build(inputShape: Shape): void {
    const channels = inputShape[inputShape.length - 1];
    const shape = [...this.window.size, channels, this.multiplier];
    this.addKernel("kernel", shape, { prefix: "depthwise" });
    this.addBias(channels * this.multiplier);
  }

  override call(input: Value, context: CallContext): Value {
    return this.finish(depthwise(input, this.weight(input, "kernel"), this.window), context);
  }
}

export type DepthwiseConv1dOptions = DepthwiseConvOptions<Size1d, SequencePadding>;
export type DepthwiseConv2dOptions = DepthwiseConvOptions<Size2d>;

/**
 * Convolution of each channel of a sequence by itself: [N, steps, C] → [N, outSteps, C · depthMultiplier].
 *
 * Weights: kernel [k, C, depthMultiplier], bias [C · depthMultiplier]. The outputs of a channel lie side by side.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the sequence.
 * @see https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/
 * @example
 * layers.depthwiseConv1d({ kernelSize: 3, padding: "same", inputShape: [100, 4] });
 */
export function depthwiseConv1d(options: DepthwiseConv1dOptions): Layer {
  return new DepthwiseConv(1, options, sequenceWindow);
}

/**
 * Convolution of each channel by itself, the channels do not mix: [N, H, W, C] → [N, outH, outW, C · depthMultiplier].
 *
 * Weights: kernel [kH, kW, C, depthMultiplier], bias [C · depthMultiplier]. The outputs of a channel lie side by side.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @throws ShapeError (when the model is built) if no window fits into the image.
 * @see https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
 * @example
 * layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same" });
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer {
  return new DepthwiseConv(2, options, slidingWindow);
}
