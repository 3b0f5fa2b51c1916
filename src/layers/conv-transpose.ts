import { OptionError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { convTranspose } from "../graph/ops/write-conv.ts";
import {
  type ConvOptions,
  type Size1d,
  type Size2d,
  type Size3d,
  type SizeNd,
  type SlidingWindow,
  slidingOptions,
  slidingWindow,
} from "./conv.ts";
import { KernelLayer } from "./kernel-layer.ts";
import type { CallContext, Layer } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";
import { type Sides, type Sides3d, sidesOfOption } from "./sides.ts";

export interface ConvTransposeOptions<Size = SizeNd> extends ConvOptions<Size> {
  /**
   * How much longer than it need be each axis becomes, 0 to `strides − 1`: several lengths are shortened to the same one
   * by a convolution with strides. Default: with `"same"` the length is that of the input times the stride, with
   * `"valid"` at least that, with explicit padding 0.
   */
  outputPadding?: Size;
}

/** Where one axis of the result lies in the full one, of length (n − 1) · stride + extent. */
interface Stretch {
  readonly length: number;
  /** What is cut off in front. */
  readonly before: number;
  /** What is cut off behind. */
  readonly after: number;
}

class ConvTranspose extends KernelLayer<ConvTransposeOptions> {
  private readonly window: SlidingWindow;
  /** Explicit padding. */
  private readonly sides: Sides | undefined;
  private readonly outputPadding: readonly number[] | undefined;

  constructor(rank: number, options: ConvTransposeOptions) {
    super(`conv${rank}dTranspose`, options, ["filters", "groups", "outputPadding", ...slidingOptions]);
    requireWhole(this.where, "filters", options.filters);
    requireWhole(this.where, "groups", options.groups ?? 1);
    this.window = slidingWindow(this.where, rank, options);
    const { padding } = this.window;
    if (typeof padding !== "string")
      this.sides = sidesOfOption(this.where, "padding", padding as Sides3d, rank);
    const { outputPadding } = options;
    if (outputPadding === undefined) return;
    const { strides } = this.window;
    const each = typeof outputPadding === "number" ? strides.map(() => outputPadding) : outputPadding;
    const fits = each.every((n, axis) => Number.isInteger(n) && n >= 0 && n < strides[axis]);
    if (each.length !== rank || !fits) {
      throw new OptionError({
        where: this.where,
        expected: "outputPadding to be whole and less than the stride, for all axes or for each",
        received: `${JSON.stringify(outputPadding)} for strides ${JSON.stringify(strides)}`,
      });
    }
    this.outputPadding = each;
  }

  /** Keras's rule for one axis of `n` pixels. */
  private stretch(n: number, axis: number): Stretch {
    const { size, strides, dilation, padding } = this.window;
    const extent = (size[axis] - 1) * dilation[axis] + 1;
    const stride = strides[axis];
    const full = (n - 1) * stride + extent;
    const more = this.outputPadding?.[axis];
    const cut = (length: number, before: number): Stretch => ({
      length,
      before,
      after: Math.max(0, full - before - length),
    });
    if (this.sides) {
      const [before, after] = this.sides[axis];
      return cut(full - before - after + (more ?? 0), before);
    }
    if (padding === "valid") return cut(full + (more ?? Math.max(0, stride - extent)), 0);
    if (more === undefined) return cut(n * stride, Math.max(0, Math.floor((extent - stride) / 2)));
    const whole = 2 * Math.floor(extent / 2);
    return cut(full - whole + more, Math.max(0, Math.floor((whole - more) / 2)));
  }

  private stretches(inputShape: Shape): Stretch[] {
    const spatial = requireSpatial(this.name, inputShape, this.window.size.length);
    return spatial.map((n, axis) => {
      const stretch = this.stretch(n, axis);
      if (stretch.length >= 1) return stretch;
      throw new ShapeError({
        where: this.name,
        expected: "padding that leaves something of the result",
        received: formatShape(inputShape),
      });
    });
  }

  override outputShape(inputShape: Shape): Shape {
    const { filters, groups = 1 } = this.settings;
    const lengths = this.stretches(inputShape).map(({ length }) => length);
    if (inputShape[lengths.length] % groups !== 0 || filters % groups !== 0) {
      throw new ShapeError({
        where: this.name,
        expected: `${groups} groups to divide the channels of the input and the ${filters} filters`,
        received: formatShape(inputShape),
      });
    }
    return [...lengths, filters];
  }

  override build(inputShape: Shape): void {
    const { filters, groups = 1 } = this.settings;
    const channels = inputShape[inputShape.length - 1];
    this.addKernel("kernel", [...this.window.size, filters / groups, channels]);
    this.addBias(filters);
  }

  override call(input: Value, context: CallContext): Value {
    const { groups = 1 } = this.settings;
    const { strides, dilation } = this.window;
    const stretches = this.stretches(input.shape.slice(1));
    const sums = convTranspose(input, this.weight(input, "kernel"), {
      strides,
      dilationRate: dilation,
      groups,
      outputSize: stretches.map(({ length }) => length),
      padding: stretches.map(({ before, after }) => [before, after] as const),
    });
    return this.finish(sums, context);
  }
}

export type Conv1dTransposeOptions = ConvTransposeOptions<Size1d>;
export type Conv2dTransposeOptions = ConvTransposeOptions<Size2d>;
export type Conv3dTransposeOptions = ConvTransposeOptions<Size3d>;

/**
 * Transposed convolution over sequences, which makes them longer: [N, steps, C] → [N, outSteps, filters].
 *
 * Lengths follow the rule of {@link conv2dTranspose}. Weights: kernel [k, filters / groups, C], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/convolution_layers/convolution1d_transpose/
 * @example
 * layers.conv1dTranspose({ filters: 8, kernelSize: 4, strides: 2, padding: "same", inputShape: [50, 16] }); // 100 steps
 */
export function conv1dTranspose(options: Conv1dTransposeOptions): Layer {
  return new ConvTranspose(1, options);
}

/**
 * Transposed convolution: writes each input pixel, times a kernel, onto a larger image and adds up what overlaps:
 * [N, H, W, C] → [N, outH, outW, filters]. It is the gradient of a convolution with respect to its input, and the usual
 * way to make feature maps larger.
 *
 * outH = H · stride for `"same"`, (H − 1) · stride + max(extent, stride) for `"valid"`, (H − 1) · stride + extent − top −
 * bottom for explicit padding. With `outputPadding` p: (H − 1) · stride + extent mod 2 + p for `"same"`, (H − 1) · stride +
 * extent + p for `"valid"`.
 *
 * Weights: kernel [kH, kW, filters / groups, C], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
 * @example
 * layers.conv2dTranspose({ filters: 32, kernelSize: 4, strides: 2, padding: "same" }); // doubles height and width
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer {
  return new ConvTranspose(2, options);
}

/**
 * Transposed convolution over volumes: [N, D, H, W, C] → [N, outD, outH, outW, filters].
 *
 * Lengths follow the rule of {@link conv2dTranspose}. Weights: kernel [kD, kH, kW, filters / groups, C], bias [filters].
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/convolution_layers/convolution3d_transpose/
 * @example
 * layers.conv3dTranspose({ filters: 4, kernelSize: 2, strides: 2, inputShape: [4, 8, 8, 16] }); // 8 × 16 × 16
 */
export function conv3dTranspose(options: Conv3dTransposeOptions): Layer {
  return new ConvTranspose(3, options);
}
