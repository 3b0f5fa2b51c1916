import { OptionError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { type Padding, perAxis, type WindowGeometry, windowGeometry } from "../../core/window.ts";

export interface PoolParams {
  readonly window: WindowGeometry;
}

export interface PoolOptions {
  /** Window size in pixels, for all axes or for each. */
  poolSize: number | readonly number[];
  /** Pixels from one window to the next. Default `poolSize`. */
  strides?: number | readonly number[] | undefined;
  /** Default `"valid"`. */
  padding?: Padding | undefined;
}

/** @throws ShapeError if no window fits, OptionError if a window would lie wholly in the padding. */
export function poolParams(where: string, input: Shape, options: PoolOptions): PoolParams {
  const { poolSize, strides = poolSize, padding = "valid" } = options;
  const rank = input.length - 2;
  if (rank < 1 || rank > 3) {
    throw new ShapeError({
      where,
      expected: "an image [N, …, C] with 1 to 3 spatial axes",
      received: formatShape(input),
    });
  }
  const size = perAxis(where, "poolSize", poolSize, rank);
  const window = windowGeometry(where, input.slice(1, -1), {
    size,
    strides: perAxis(where, "strides", strides, rank),
    padding,
  });
  for (const axis of window) {
    const lastStart = (axis.out - 1) * axis.stride - axis.before;
    if (axis.before >= axis.size || lastStart >= axis.in) {
      throw new OptionError({
        where,
        expected: `padding smaller than the window of ${axis.size}`,
        received: JSON.stringify(padding),
      });
    }
  }
  return { window };
}
