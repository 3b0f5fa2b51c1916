/** Resize and its older name Upsample: a linear map along each axis. @see https://onnx.ai/onnx/operators/onnx__Resize.html */
import { formatShape } from "../../../core/shape.ts";
import type { Value } from "../../../graph/graph.ts";
import { resample } from "../../../graph/ops/resample.ts";
import { axesOf, input, known, like, type OpCall, type OpDefinition, refuse } from "../operand.ts";

const coordinateModes = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
] as const;
const nearestModes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

interface Sampling {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: (typeof coordinateModes)[number];
  readonly nearest: (typeof nearestModes)[number];
  readonly cubicCoefficient: number;
  readonly excludesOutside: boolean;
}

interface Axis {
  readonly length: number;
  readonly out: number;
  readonly scale: number;
}

/** Where in the input the middle of an output element lies; in float32, as others compute it, because ties depend on it. */
function coordinateOf({ length, out, scale }: Axis, index: number, mode: Sampling["coordinates"]): number {
  const middle = Math.fround(Math.fround((index + 0.5) / Math.fround(scale)) - 0.5);
  switch (mode) {
    case "asymmetric":
      return Math.fround(index / Math.fround(scale));
    case "align_corners":
      return out === 1 ? 0 : (index * (length - 1)) / (out - 1);
    case "pytorch_half_pixel":
      return out === 1 ? 0 : middle;
    case "half_pixel_symmetric":
      return (length / 2) * (1 - out / (scale * length)) + middle;
    case "half_pixel":
      return middle;
  }
}

function nearestOf(coordinate: number, mode: Sampling["nearest"]): number {
  if (mode === "floor") return Math.floor(coordinate);
  if (mode === "ceil") return Math.ceil(coordinate);
  return mode === "round_prefer_floor" ? Math.ceil(coordinate - 0.5) : Math.floor(coordinate + 0.5);
}

/** Keys's cubic convolution. @see https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

/** Which inputs an output element is made of, and the weight of each. */
function tapsOf(axis: Axis, index: number, sampling: Sampling): [number, number][] {
  const at = coordinateOf(axis, index, sampling.coordinates);
  if (sampling.mode === "nearest") return [[nearestOf(at, sampling.nearest), 1]];
  const floor = Math.floor(at);
  if (sampling.mode === "linear")
    return [
      [floor, 1 - (at - floor)],
      [floor + 1, at - floor],
    ];
  const taps = [-1, 0, 1, 2].map((k): [number, number] => [
    floor + k,
    cubic(at - floor - k, sampling.cubicCoefficient),
  ]);
  if (!sampling.excludesOutside) return taps;
  const inside = taps.filter(([i]) => i >= 0 && i < axis.length);
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([i, weight]) => [i, weight / total]);
}

function resizeAxis(x: Value, axis: number, along: Axis, sampling: Sampling): Value {
  const { length, out } = along;
  const rows = Array.from({ length: out }, (_, i) => {
    const weights = new Map<number, number>();
    for (const [from, weight] of tapsOf(along, i, sampling)) {
      const inside = Math.min(Math.max(from, 0), length - 1);
      weights.set(inside, (weights.get(inside) ?? 0) + weight);
    }
    return [...weights].filter(([, weight]) => weight !== 0);
  });
  return resample(x, { axis, rows });
}

/** The longest axis that is made. */
const longest = 2 ** 16;

function resizeAll(call: OpCall, axes: readonly Axis[], sampling: Sampling): Value {
  let x = input(call, 0).value;
  for (const [i, axis] of axes.entries()) {
    if (axis.out === axis.length && axis.scale === 1) continue;
    if (!(axis.out >= 1 && axis.out <= longest))
      throw refuse(call, `lengths from 1 to ${longest}`, String(axis.out));
    call.budget.compute(call.where, axis.out);
    x = resizeAxis(x, i, axis, sampling);
  }
  return x;
}

function scaledAxes(call: OpCall, scales: readonly number[], axes: readonly number[]): Axis[] {
  const { shape } = input(call, 0);
  if (scales.length !== axes.length || scales.some((scale) => !(scale > 0 && scale < Infinity)))
    throw refuse(call, `${axes.length} scales > 0`, formatShape(scales));
  return shape.map((length, i) => {
    const scale = axes.includes(i) ? scales[axes.indexOf(i)] : 1;
    return { length, out: Math.floor(length * scale), scale };
  });
}

function sizedAxes(call: OpCall, sizes: readonly number[], axes: readonly number[]): Axis[] {
  const { shape } = input(call, 0);
  if (sizes.length !== axes.length || sizes.some((size) => !(Number.isInteger(size) && size >= 1)))
    throw refuse(call, `${axes.length} sizes ≥ 1`, formatShape(sizes));
  const policy = call.attributes.choice("keep_aspect_ratio_policy", "stretch", [
    "stretch",
    "not_larger",
    "not_smaller",
  ]);
  const scales = sizes.map((size, i) => size / shape[axes[i]]);
  const common = policy === "not_larger" ? Math.min(...scales) : Math.max(...scales);
  return shape.map((length, i) => {
    const at = axes.indexOf(i);
    if (at < 0) return { length, out: length, scale: 1 };
    if (policy === "stretch") return { length, out: sizes[at], scale: scales[at] };
    return { length, out: Math.floor(common * length + 0.5), scale: common };
  });
}

const resize: OpDefinition = {
  attributes: [
    "antialias",
    "axes",
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "extrapolation_value",
    "keep_aspect_ratio_policy",
    "mode",
    "nearest_mode",
  ],
  write(call) {
    const { attributes, opset } = call;
    const { shape } = input(call, 0);
    const mode = attributes.choice("mode", "nearest", ["nearest", "linear", "cubic"]);
    if (attributes.flag("antialias")) throw refuse(call, "no antialias", "antialias");
    /* Version 10 took the element below, at index / scale. */
    const sampling: Sampling = {
      mode,
      coordinates:
        opset < 11
          ? "asymmetric"
          : attributes.choice("coordinate_transformation_mode", "half_pixel", coordinateModes),
      nearest: opset < 11 ? "floor" : attributes.choice("nearest_mode", "round_prefer_floor", nearestModes),
      cubicCoefficient: attributes.number("cubic_coeff_a", -0.75),
      excludesOutside: attributes.flag("exclude_outside"),
    };
    const axes = axesOf(call, attributes.numbers("axes") ?? shape.map((_, i) => i), shape.length);
    if (opset < 11)
      return like(call, resizeAll(call, scaledAxes(call, known(call, 1, "scales"), axes), sampling));
    const isGiven = (index: number) => call.inputs[index] !== undefined && call.inputs[index]?.shape[0] !== 0;
    if (isGiven(3))
      return like(call, resizeAll(call, sizedAxes(call, known(call, 3, "sizes"), axes), sampling));
    return like(call, resizeAll(call, scaledAxes(call, known(call, 2, "scales"), axes), sampling));
  },
};

const upsample: OpDefinition = {
  attributes: ["mode", "scales"],
  write(call) {
    const { attributes, opset } = call;
    const mode = attributes.choice("mode", "nearest", ["nearest", "linear", "bilinear"]);
    const scales = opset < 9 ? attributes.numbers("scales") : known(call, 1, "scales");
    const sampling: Sampling = {
      mode: mode === "nearest" ? "nearest" : "linear",
      coordinates: "asymmetric",
      nearest: "floor",
      cubicCoefficient: 0,
      excludesOutside: false,
    };
    const axes = input(call, 0).shape.map((_, i) => i);
    return like(call, resizeAll(call, scaledAxes(call, scales ?? [], axes), sampling));
  },
};

export const resizing = { Resize: resize, Upsample: upsample } satisfies Record<string, OpDefinition>;
