/** Where ONNX's windows lie: the attributes that convolutions and pools share. */
import type { Shape } from "../../../core/shape.ts";
import { extentOf, type WindowAxis } from "../../../core/window.ts";
import type { Value } from "../../../graph/graph.ts";
import { transpose } from "../../../graph/ops/transpose.ts";
import { type OpCall, refuse } from "../operand.ts";

export const windowAttributes = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];

export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before all axes, then after all axes; missing if `autoPad` says them. */
  readonly pads: readonly number[];
  readonly autoPad: "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";
}

/** @param size of the window, if the kernel's shape says it */
export function readWindow(call: OpCall, rank: number, size?: readonly number[]): Window {
  const { attributes } = call;
  const given = attributes.sizes("kernel_shape", rank);
  const ones = new Array<number>(rank).fill(1);
  if (rank < 1 || rank > 3) throw refuse(call, "1 to 3 spatial axes", String(rank));
  if (size && given?.some((length, i) => length !== size[i]))
    throw refuse(call, `kernel_shape ${size.join(", ")}, as the kernel has it`, given.join(", "));
  const kernel = size ?? given;
  if (!kernel) throw refuse(call, "kernel_shape", "none");
  return {
    size: kernel,
    strides: attributes.sizes("strides", rank) ?? ones,
    dilations: attributes.sizes("dilations", rank) ?? ones,
    pads: attributes.sizes("pads", 2 * rank, 0) ?? new Array<number>(2 * rank).fill(0),
    autoPad: attributes.choice("auto_pad", "NOTSET", ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]),
  };
}

/** SAME_LOWER puts the odd element first, SAME_UPPER last. */
export function halves(total: number, autoPad: Window["autoPad"]): readonly [number, number] {
  const less = Math.floor(total / 2);
  return autoPad === "SAME_UPPER" ? [less, total - less] : [total - less, less];
}

/**
 * Places the window over the image.
 *
 * @param roundsUp a last window that does not fit is kept, unless it would begin in the padding behind the image
 * @throws FileError if no window fits.
 */
export function placeWindow(call: OpCall, spatial: Shape, window: Window, roundsUp = false): WindowAxis[] {
  return spatial.map((length, i) => {
    const [size, stride, dilation] = [window.size[i], window.strides[i], window.dilations[i]];
    const extent = extentOf({ size, dilation } as WindowAxis);
    let [before, after] = [window.pads[i], window.pads[i + spatial.length]];
    if (window.autoPad === "VALID") [before, after] = [0, 0];
    else if (window.autoPad !== "NOTSET")
      [before, after] = halves(
        Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length),
        window.autoPad,
      );
    const steps = (length + before + after - extent) / stride;
    let out = (roundsUp ? Math.ceil(steps) : Math.floor(steps)) + 1;
    if (roundsUp && (out - 1) * stride >= length + before) out--;
    if (out < 1 || !Number.isSafeInteger(out))
      throw refuse(
        call,
        `an image of at least ${extent - before - after} elements along axis ${i + 2}`,
        String(length),
      );
    return { in: length, out, size, stride, dilation, before, after };
  });
}

/** [N, C, …] → [N, …, C] */
export function channelsLast(x: Value): Value {
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  return transpose(x, [0, ...spatial, 1]);
}

/** [N, …, C] → [N, C, …] */
export function channelsFirst(x: Value): Value {
  const last = x.shape.length - 1;
  return transpose(x, [0, last, ...Array.from({ length: last - 1 }, (_, i) => i + 1)]);
}
