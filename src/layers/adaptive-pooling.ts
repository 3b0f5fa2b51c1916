import type { Shape } from "../core/shape.ts";
import { perAxis } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { averagePool } from "../graph/ops/average-pool.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import type { RowTaps } from "../graph/ops/resample.ts";
import type { Size1d, Size2d, Size3d, SizeNd } from "./conv.ts";
import { resampleSpatial } from "./interpolation.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial } from "./require.ts";

export interface AdaptivePoolingOptions<Size = SizeNd> extends LayerOptions {
  /** Length of each axis of the result. */
  outputSize: Size;
}

/** The windows along an axis: window o begins at ⌊o · length / out⌋ and ends before ⌈(o + 1) · length / out⌉. */
interface Windows {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

function windowsOf(length: number, out: number): Windows {
  const starts = Array.from({ length: out }, (_, o) => Math.floor((o * length) / out));
  const sizes = starts.map((start, o) => Math.ceil(((o + 1) * length) / out) - start);
  return { starts, sizes };
}

/** Windows that a pooling with strides has as well: all of one size, evenly spaced. */
function evenWindows(windows: readonly Windows[]): { poolSize: number[]; strides: number[] } | undefined {
  const strides = windows.map(({ starts, sizes }) => starts[1] ?? sizes[0]);
  const isEven = windows.every(
    ({ starts, sizes }, axis) =>
      strides[axis] > 0 &&
      sizes.every((size) => size === sizes[0]) &&
      starts.every((start, o) => start === o * strides[axis]),
  );
  return isEven ? { poolSize: windows.map(({ sizes }) => sizes[0]), strides } : undefined;
}

/** Means of uneven windows, axis after axis. */
function meanOf(input: Value, windows: readonly Windows[]): Value {
  const rows = windows.map(({ starts, sizes }) =>
    starts.map((start, o): RowTaps => Array.from({ length: sizes[o] }, (_, t) => [start + t, 1 / sizes[o]])),
  );
  return resampleSpatial(input, rows);
}

/** Uneven windows laid side by side, all as long as the longest: their last pixels again, which never come first. */
function maxOf(input: Value, windows: readonly Windows[]): Value {
  const poolSize = windows.map(({ sizes }) => Math.max(...sizes));
  const rows = windows.map(({ starts, sizes }, axis) =>
    starts.flatMap((start, o) =>
      Array.from({ length: poolSize[axis] }, (_, t): RowTaps => [[start + Math.min(t, sizes[o] - 1), 1]]),
    ),
  );
  return maxPool(resampleSpatial(input, rows), { poolSize });
}

class AdaptivePooling extends Layer {
  readonly type: string;
  private readonly isMax: boolean;
  private readonly outputSize: readonly number[];

  constructor(kind: "Average" | "Max", rank: number, options: AdaptivePoolingOptions) {
    super(options);
    this.type = `adaptive${kind}Pooling${rank}d`;
    this.isMax = kind === "Max";
    checkLayerOptions(this.type, options, ["outputSize"]);
    this.outputSize = perAxis(`layers.${this.type}`, "outputSize", options.outputSize, rank);
  }

  override outputShape(inputShape: Shape): Shape {
    const spatial = requireSpatial(this.name, inputShape, this.outputSize.length);
    return [...this.outputSize, inputShape[spatial.length]];
  }

  override call(input: Value): Value {
    const windows = this.outputSize.map((out, axis) => windowsOf(input.shape[axis + 1], out));
    const even = evenWindows(windows);
    if (even) return (this.isMax ? maxPool : averagePool)(input, even);
    return (this.isMax ? maxOf : meanOf)(input, windows);
  }
}

export type AdaptivePooling1dOptions = AdaptivePoolingOptions<Size1d>;
export type AdaptivePooling2dOptions = AdaptivePoolingOptions<Size2d>;
export type AdaptivePooling3dOptions = AdaptivePoolingOptions<Size3d>;

/**
 * Mean of each of as many windows as `outputSize` says, whatever the input's size: [N, steps, C] → [N, outputSize, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_average_pooling1d/
 * @example
 * layers.adaptiveAveragePooling1d({ outputSize: 10, inputShape: [100, 4] });
 */
export function adaptiveAveragePooling1d(options: AdaptivePooling1dOptions): Layer {
  return new AdaptivePooling("Average", 1, options);
}

/**
 * Mean of each of as many windows as `outputSize` says, whatever the input's size: [N, H, W, C] → [N, outH, outW, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_average_pooling2d/
 * @example
 * layers.adaptiveAveragePooling2d({ outputSize: [7, 7] });
 */
export function adaptiveAveragePooling2d(options: AdaptivePooling2dOptions): Layer {
  return new AdaptivePooling("Average", 2, options);
}

/**
 * Mean of each of as many windows as `outputSize` says, whatever the input's size: [N, D, H, W, C] → [N, outD, outH, outW, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_average_pooling3d/
 * @example
 * layers.adaptiveAveragePooling3d({ outputSize: [2, 4, 4], inputShape: [16, 32, 32, 4] });
 */
export function adaptiveAveragePooling3d(options: AdaptivePooling3dOptions): Layer {
  return new AdaptivePooling("Average", 3, options);
}

/**
 * Largest value of each of as many windows as `outputSize` says, whatever the input's size: [N, steps, C] → [N, outputSize, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉. The gradient goes to the first of equal values.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_max_pooling1d/
 * @example
 * layers.adaptiveMaxPooling1d({ outputSize: 10, inputShape: [100, 4] });
 */
export function adaptiveMaxPooling1d(options: AdaptivePooling1dOptions): Layer {
  return new AdaptivePooling("Max", 1, options);
}

/**
 * Largest value of each of as many windows as `outputSize` says, whatever the input's size: [N, H, W, C] → [N, outH, outW, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉. The gradient goes to the first of equal values.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_max_pooling2d/
 * @example
 * layers.adaptiveMaxPooling2d({ outputSize: [7, 7] });
 */
export function adaptiveMaxPooling2d(options: AdaptivePooling2dOptions): Layer {
  return new AdaptivePooling("Max", 2, options);
}

/**
 * Largest value of each of as many windows as `outputSize` says, whatever the input's size: [N, D, H, W, C] → [N, outD, outH, outW, C].
 *
 * Window o along an axis of length L reaches from ⌊o · L / out⌋ to ⌈(o + 1) · L / out⌉. The gradient goes to the first of equal values.
 *
 * @throws OptionError for options that do not exist or are out of range.
 * @see https://keras.io/api/layers/pooling_layers/adaptive_max_pooling3d/
 * @example
 * layers.adaptiveMaxPooling3d({ outputSize: [2, 4, 4], inputShape: [16, 32, 32, 4] });
 */
export function adaptiveMaxPooling3d(options: AdaptivePooling3dOptions): Layer {
  return new AdaptivePooling("Max", 3, options);
}
