import type { BackendOptions } from "../backends/choose-backend.ts";
import { ShapeError } from "../core/errors.ts";
import { checkOptions, lookUp, type Spelling } from "../core/names.ts";
import { formatShape } from "../core/shape.ts";
import type { Padding } from "../core/window.ts";
import type { Value } from "../graph/graph.ts";
import { averagePool } from "../graph/ops/average-pool.ts";
import { cast } from "../graph/ops/elementwise.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { type ConvOptions, conv } from "../graph/ops/write-conv.ts";
import { type ArrayLikeInput, type NumberArray, typedInput } from "./array.ts";
import { compute } from "./compute.ts";

export interface ConvolveOptions extends BackendOptions {
  /** Pixels from one position to the next. Default 1. */
  strides?: number | readonly [number, number];
  /** `"valid"` (none, the default), `"same"`, zeros on every side, or zeros per axis and side. */
  padding?: Padding;
  /** Pixels between neighbouring taps. Default 1. */
  dilationRate?: number | readonly [number, number];
}

export interface PoolArrayOptions extends BackendOptions {
  /** Height and width of the window in pixels. Default 2. */
  poolSize?: number | readonly [number, number];
  /** Pixels from one window to the next. Default `poolSize`. */
  strides?: number | readonly [number, number];
  padding?: Padding;
  /** Default `"max"`. */
  kind?: "max" | "average";
}

const backendOptions = ["backend", "threads", "workerUrl"];

/** Functions for `compute`, so that the same call finds the same program: the latest ones. */
const writers = new Map<string, (...values: Value[]) => Value>();
const mostWriters = 32;

function writerOf(key: string, write: (...values: Value[]) => Value): (...values: Value[]) => Value {
  const known = writers.get(key) ?? write;
  writers.delete(key);
  writers.set(key, known);
  const [oldest] = writers.keys();
  if (writers.size > mostWriters) writers.delete(oldest);
  return known;
}

/** An image [H, W] or [H, W, C] as a batch of one: [1, H, W, C]. */
function asBatch(image: Value): Value {
  const [height, width, channels = 1] = image.shape;
  return reshape(cast(image), [1, height, width, channels]);
}

function requireImage(where: string, shape: readonly number[]): void {
  if (shape.length < 2 || shape.length > 3) {
    throw new ShapeError({ where, expected: "an image [H, W] or [H, W, C]", received: formatShape(shape) });
  }
}

/** A result without the batch, and without channels if the image had none. */
function unbatch(result: Value, hadChannels: boolean): Value {
  const [, height, width, channels] = result.shape;
  return reshape(result, hadChannels || channels > 1 ? [height, width, channels] : [height, width]);
}

/**
 * Slides a kernel over an image: [H, W] or [H, W, C] → [outH, outW] or [outH, outW, C].
 *
 * A kernel [kH, kW] is applied to each channel by itself; one of [kH, kW, C, outC] mixes the channels, as a layer does.
 * Cross-correlation, as everywhere in deep learning: the kernel is not flipped. Bytes are taken as the numbers 0 to 255.
 *
 * @throws ShapeError if the kernel does not fit the image.
 * @example
 * const edges = await convolve(image, imageKernels.outline, { padding: "same" });
 */
export async function convolve(
  image: ArrayLikeInput,
  kernel: ArrayLikeInput,
  options: ConvolveOptions = {},
): Promise<NumberArray> {
  checkOptions("convolve", options, ["strides", "padding", "dilationRate", ...backendOptions]);
  const { strides = 1, padding = "valid", dilationRate = 1, ...backend } = options;
  const input = typedInput("convolve, image", image);
  const weights = typedInput("convolve, kernel", kernel);
  requireImage("convolve", input.shape);
  const [kH, kW] = weights.shape;
  const channels = input.shape[2] ?? 1;
  const isPerChannel = weights.shape.length === 2;
  const convOptions: ConvOptions = { strides, padding, dilationRate, groups: isPerChannel ? channels : 1 };
  const key = JSON.stringify(["convolve", input.shape.length, isPerChannel, convOptions]);
  const write = writerOf(key, (x, k) => {
    const batch = asBatch(x);
    return unbatch(conv(batch, cast(k), convOptions), x.shape.length === 3);
  });
  if (!isPerChannel) return compute(write, [input, weights], backend);
  const repeated = new Float32Array(kH * kW * channels);
  for (let i = 0; i < repeated.length; i++) repeated[i] = weights.data[Math.floor(i / channels)];
  return compute(write, [input, { data: repeated, shape: [kH, kW, 1, channels] }], backend);
}

/**
 * Largest value or mean of each window of an image, channel by channel: [H, W] or [H, W, C] → [outH, outW] or
 * [outH, outW, C].
 *
 * @throws ShapeError if no window fits into the image.
 * @example
 * const small = await pool([[1, 2], [3, 4]], { kind: "average" }); // 2.5
 */
export async function pool(image: ArrayLikeInput, options: PoolArrayOptions = {}): Promise<NumberArray> {
  checkOptions("pool", options, ["poolSize", "strides", "padding", "kind", ...backendOptions]);
  const { poolSize = 2, strides, padding, kind = "max", ...backend } = options;
  const input = typedInput("pool, image", image);
  requireImage("pool", input.shape);
  const choice = lookUp(
    "pool, kind",
    { max: maxPool, average: averagePool },
    kind as Spelling<"max" | "average">,
  );
  const key = JSON.stringify(["pool", kind, poolSize, strides, padding]);
  const write = writerOf(key, (x) =>
    unbatch(choice(asBatch(x), { poolSize, strides, padding }), x.shape.length === 3),
  );
  return compute(write, [input], backend);
}
