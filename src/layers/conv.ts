import { ShapeError } from "../core/errors.ts";
import { lookUp, type Spelling } from "../core/names.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { type Padding, perAxis, type WindowGeometry, windowGeometry } from "../core/window.ts";
import { apply, type Value } from "../graph/graph.ts";
import { convOp } from "../graph/ops/conv.ts";
import { KernelLayer, type KernelOptions } from "./kernel-layer.ts";
import type { CallContext } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";

/** A number for every spatial axis, or one for each. */
export type Size1d = number | readonly [number];
export type Size2d = number | readonly [height: number, width: number];
export type Size3d = number | readonly [depth: number, height: number, width: number];
export type SizeNd = number | readonly number[];

/** Options of kernels that slide over the spatial axes. */
export interface SlidingOptions<Size, Pad = Padding> {
  /** Length of the window along each axis, in pixels. */
  kernelSize: Size;
  /** Pixels from one position to the next. Default 1. */
  strides?: Size;
  /** `"valid"` (none, the default), `"same"`, zeros on every side, or zeros per axis and side: `[[top, bottom], [left, right]]`. */
  padding?: Pad;
  /** Pixels between neighbouring taps. Default 1. */
  dilationRate?: Size;
}

export interface ConvOptions<Size = SizeNd, Pad = Padding> extends SlidingOptions<Size, Pad>, KernelOptions {
  /** Output channels: how many kernels slide over the image. */
  filters: number;
  /** Channels are split into this many groups that do not see each other. Default 1. */
  groups?: number;
}

export const slidingOptions: readonly string[] = ["kernelSize", "strides", "padding", "dilationRate"];

/** Both spellings of a padding that a string can name. */
export function paddingOf(where: string, padding: Padding | Spelling<"valid" | "same">): Padding {
  return typeof padding === "string"
    ? lookUp(where, { valid: "valid", same: "same" } as const, padding)
    : padding;
}

/** The window of a layer, with numbers for each of `rank` axes. */
export function slidingWindow(where: string, rank: number, options: SlidingOptions<SizeNd>) {
  const { kernelSize, strides = 1, padding = "valid", dilationRate = 1 } = options;
  return {
    size: perAxis(where, "kernelSize", kernelSize, rank),
    strides: perAxis(where, "strides", strides, rank),
    dilation: perAxis(where, "dilationRate", dilationRate, rank),
    padding: paddingOf(where, padding),
  };
}

export type SlidingWindow = ReturnType<typeof slidingWindow>;
export type WindowOf<Pad> = (
  where: string,
  rank: number,
  options: SlidingOptions<SizeNd, Pad>,
) => SlidingWindow;

/** Convolution over one, two or three spatial axes. */
export class Conv<Pad = Padding> extends KernelLayer<ConvOptions<SizeNd, Pad>> {
  private readonly window: SlidingWindow;

  constructor(rank: number, options: ConvOptions<SizeNd, Pad>, windowOf: WindowOf<Pad>) {
    super(`conv${rank}d`, options, ["filters", "groups", ...slidingOptions]);
    requireWhole(this.where, "filters", options.filters);
    requireWhole(this.where, "groups", options.groups ?? 1);
    this.window = windowOf(this.where, rank, options);
  }

  override outputShape(inputShape: Shape): Shape {
    const { filters, groups = 1 } = this.settings;
    const positions = this.geometry(inputShape).map(({ out }) => out);
    if (inputShape[positions.length] % groups !== 0 || filters % groups !== 0) {
      throw new ShapeError({
        where: this.name,
        expected: `${groups} groups to divide the channels of the input and the ${filters} filters`,
        received: formatShape(inputShape),
      });
    }
    return [...positions, filters];
  }

  private geometry(inputShape: Shape): WindowGeometry {
    const spatial = requireSpatial(this.name, inputShape, this.window.size.length);
    return windowGeometry(this.name, spatial, this.window);
  }

  override build(inputShape: Shape): void {
    const { filters, groups = 1 } = this.settings;
    const channels = inputShape[inputShape.length - 1];
    this.addKernel("kernel", [...this.window.size, channels / groups, filters]);
    this.addBias(filters);
  }

  override call(input: Value, context: CallContext): Value {
    const window = this.geometry(input.shape.slice(1));
    const params = { window, groups: this.settings.groups ?? 1 };
    return this.finish(apply(convOp, [input, this.weight(input, "kernel")], params), context);
  }
}
