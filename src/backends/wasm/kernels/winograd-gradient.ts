/** The transforms of Winograd's method for the gradient of the kernel; formulas in winograd.ts. */
import { f32x4, type V128 } from "../assembler.ts";
import type { LineTransform, WinogradTile } from "./winograd.ts";

const { add, sub } = f32x4;
const times = (a: V128, factor: number): V128 => f32x4.mul(a, f32x4.const(factor));

interface GradientTransforms {
  /** A: gradients of a line of outputs → of a patch. */
  readonly output: LineTransform;
  /** Gᵀ: sums of a patch → gradients of 3 weights. */
  readonly kernel: LineTransform;
}

export const gradientTransforms: Record<WinogradTile, GradientTransforms> = {
  2: {
    output: (_, [y0, y1]) => [y0, add(y0, y1), sub(y0, y1), f32x4.neg(y1)],
    kernel(f, [m0, m1, m2, m3]) {
      const half = f.local("v128", times(add(m1, m2), 0.5));
      return [add(m0, half), times(sub(m1, m2), 0.5), add(half, m3)];
    },
  },
  4: {
    output(f, [y0, y1, y2, y3]) {
      const even = f.local("v128", add(y0, y2));
      const odd = f.local("v128", add(y1, y3));
      const wide = f.local("v128", add(y0, times(y2, 4)));
      const skew = f.local("v128", add(times(y1, 2), times(y3, 8)));
      return [y0, add(even, odd), sub(even, odd), add(wide, skew), sub(wide, skew), y3];
    },
    kernel(f, [m0, m1, m2, m3, m4, m5]) {
      const outer = f.local("v128", times(add(m1, m2), 1 / 6));
      const inner = f.local("v128", times(sub(m2, m1), 1 / 6));
      const wide = f.local("v128", add(m3, m4));
      const skew = f.local("v128", times(sub(m3, m4), 1 / 12));
      return [
        add(sub(times(m0, 1 / 4), outer), times(wide, 1 / 24)),
        add(inner, skew),
        add(sub(times(wide, 1 / 6), outer), m5),
      ];
    },
  },
};
