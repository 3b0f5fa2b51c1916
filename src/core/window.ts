import { OptionError, ShapeError } from "./errors.ts";
import { formatShape, type Shape } from "./shape.ts";

/**
 * Zeros around an image: none (`"valid"`), as many as keep `⌈size / stride⌉` positions (`"same"`), a number on
 * every side, or a number or `[before, after]` for each axis.
 */
export type Padding =
  | "valid"
  | "same"
  | number
  | readonly (number | readonly [before: number, after: number])[];

/** A window along one spatial axis: which inputs each output position reads. Position `o` reads `o·stride + k·dilation − before`. */
export interface WindowAxis {
  readonly in: number;
  readonly out: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** A window over one, two or three spatial axes. */
export type WindowGeometry = readonly WindowAxis[];

export interface WindowOptions {
  /** Window size along each axis, in pixels. */
  readonly size: readonly number[];
  /** Pixels from one window to the next. */
  readonly strides: readonly number[];
  /** Pixels between neighbouring taps of one window. Default 1. */
  readonly dilation?: readonly number[];
  readonly padding: Padding;
}

/** One number for every axis, or one for each: `3` → `[3, 3]`. */
export function perAxis(
  where: string,
  name: string,
  value: number | readonly number[],
  rank: number,
): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || list.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new OptionError({
      where,
      expected: `${name} to be a whole number ≥ 1, or ${rank} of them`,
      received: JSON.stringify(value),
    });
  }
  return list;
}

/**
 * Places a window over an image.
 *
 * With `"same"` padding the odd pixel goes below and to the right, as in TensorFlow and Keras.
 *
 * @param spatial lengths of the spatial axes, e.g. `[H, W]`
 * @throws ShapeError if the padded image is smaller than the window.
 */
export function windowGeometry(where: string, spatial: Shape, options: WindowOptions): WindowGeometry {
  const { size, strides, dilation = size.map(() => 1), padding } = options;
  return spatial.map((length, axis) => {
    const extent = (size[axis] - 1) * dilation[axis] + 1;
    const stride = strides[axis];
    const [before, after] = paddingOf(where, padding, axis, spatial.length, length, extent, stride);
    const out = Math.floor((length + before + after - extent) / stride) + 1;
    if (out < 1) {
      throw new ShapeError({
        where,
        expected: `an image of at least ${extent - before - after} pixels along spatial axis ${axis}`,
        received: formatShape(spatial),
        hint: 'Use padding: "same", or a smaller window.',
      });
    }
    return { in: length, out, size: size[axis], stride, dilation: dilation[axis], before, after };
  });
}

function paddingOf(
  where: string,
  padding: Padding,
  axis: number,
  rank: number,
  length: number,
  extent: number,
  stride: number,
): readonly [number, number] {
  if (padding === "valid") return [0, 0];
  if (padding === "same") {
    const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + extent - length);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
  const side = typeof padding === "number" ? padding : padding[axis];
  const pair = typeof side === "number" ? ([side, side] as const) : side;
  const wellFormed = typeof padding === "number" || (Array.isArray(padding) && padding.length === rank);
  if (!wellFormed || !pair || pair.length !== 2 || pair.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new OptionError({
      where,
      expected: `padding "valid", "same", a number of pixels, or one number or [before, after] for each of ${rank} axes`,
      received: JSON.stringify(padding),
    });
  }
  return pair;
}

/** The input index that tap `k` of output position `o` reads, or −1 in the padding. */
export function tapIndex(axis: WindowAxis, o: number, k: number): number {
  const index = o * axis.stride + k * axis.dilation - axis.before;
  return index >= 0 && index < axis.in ? index : -1;
}

/** Positions of the window. */
export function windowOutputs(window: WindowGeometry): number {
  return window.reduce((product, axis) => product * axis.out, 1);
}

/** Taps of one window. */
export function windowTaps(window: WindowGeometry): number {
  return window.reduce((product, axis) => product * axis.size, 1);
}

/** Calls `visit(output position, tap, input position)`, each counted row-major, for every tap that lies inside the image. */
export function forEachTap(
  window: WindowGeometry,
  visit: (output: number, tap: number, input: number) => void,
): void {
  const walk = (axis: number, output: number, tap: number, input: number): void => {
    if (axis === window.length) {
      visit(output, tap, input);
      return;
    }
    const { in: inputs, out, size } = window[axis];
    for (let o = 0; o < out; o++) {
      for (let k = 0; k < size; k++) {
        const index = tapIndex(window[axis], o, k);
        if (index >= 0) walk(axis + 1, output * out + o, tap * size + k, input * inputs + index);
      }
    }
  };
  walk(0, 0, 0, 0);
}

const trivialAxis: WindowAxis = { in: 1, out: 1, size: 1, stride: 1, dilation: 1, before: 0, after: 0 };

/** The same window with axes of length 1 in front, so that there are three: depth, height, width. */
export function threeAxes(window: WindowGeometry): [WindowAxis, WindowAxis, WindowAxis] {
  const axes = [...new Array<WindowAxis>(3 - window.length).fill(trivialAxis), ...window];
  return [axes[0], axes[1], axes[2]];
}

/** Pixels from the first to the last tap of a window. */
export function extentOf({ size, dilation }: WindowAxis): number {
  return (size - 1) * dilation + 1;
}
