/**
 * Elementary functions of four float32 at once, from additions, multiplications and bit patterns: the same bits in
 * every engine. Errors of one or two units in the last place. Polynomials of Cephes' single-precision library.
 *
 * @see https://www.netlib.org/cephes/
 */
import { type FunctionBuilder, f32x4, i32x4, type Local, type V128, v128 } from "../assembler.ts";

export type Vector = Local<"v128">;
export type VectorFunction = (f: FunctionBuilder, ...args: Vector[]) => V128;

/**
 * The larger of two numbers, NaN if either is. Three instructions where `f32x4.max` takes engines eight: of two equal
 * numbers and of two NaN patterns the bits are joined.
 */
export function maximum(a: Vector, b: Vector): V128 {
  return v128.or(f32x4.pmax(a, b), f32x4.pmax(b, a));
}

/** c₀·xⁿ + c₁·xⁿ⁻¹ + … */
export function polynomial(x: V128, coefficients: readonly number[]): V128 {
  return coefficients
    .map((c): V128 => f32x4.const(c))
    .reduce((sum, coefficient) => f32x4.add(f32x4.mul(sum, x), coefficient));
}

/** x − n·(parts[0] + parts[1] + …), the parts short enough that the products are exact. */
export function reduceBy(x: V128, n: V128, parts: readonly number[]): V128 {
  return parts.reduce((rest, part) => f32x4.sub(rest, f32x4.mul(n, f32x4.const(part))), x);
}

/** eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2 and eʳ = 1 + r + p·r². */
export function expParts(f: FunctionBuilder, x: Vector): { n: Vector; r: Vector; p: V128 } {
  const n = f.local("v128", f32x4.nearest(f32x4.mul(x, f32x4.const(Math.LOG2E))));
  const r = f.local("v128", reduceBy(x, n, [0.693359375, -2.1219444e-4]));
  const p = polynomial(
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  return { n, r, p };
}

export const exp: VectorFunction = (f, x) => {
  const bounded = f.local("v128", f32x4.pmin(f32x4.pmax(x, f32x4.const(-104)), f32x4.const(89)));
  const { n, r, p } = expParts(f, bounded);
  const mantissa = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.const(1));
  /* 2ⁿ in two factors, so that results near the ends of the range come out right. */
  const whole = f.local("v128", i32x4.truncSatF32x4S(n));
  const half = f.local("v128", i32x4.shrS(whole, 1));
  const power = (exponent: V128) => i32x4.shl(i32x4.add(exponent, i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(mantissa, power(half)), power(i32x4.sub(whole, half)));
};

export const log: VectorFunction = (f, x) => {
  const tiny = f.local("v128", f32x4.lt(x, f32x4.const(1.17549435e-38)));
  const scaled = f.local("v128", v128.bitselect(f32x4.mul(x, f32x4.const(8388608)), x, tiny));
  const exponent = f.local(
    "v128",
    f32x4.sub(
      f32x4.convertI32x4S(i32x4.sub(i32x4.shrU(scaled, 23), i32x4.splat(126))),
      v128.and(tiny, f32x4.const(23)),
    ),
  );
  const half = f.local("v128", v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), f32x4.const(0.5)));
  const low = f.local("v128", f32x4.lt(half, f32x4.const(Math.SQRT1_2)));
  const m = f.local("v128", f32x4.sub(f32x4.add(half, v128.and(half, low)), f32x4.const(1)));
  const e = f.local("v128", f32x4.sub(exponent, v128.and(low, f32x4.const(1))));
  const z = f.local("v128", f32x4.mul(m, m));
  const p = polynomial(
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const tail = f32x4.add(f32x4.mul(f32x4.mul(p, m), z), f32x4.mul(e, f32x4.const(-2.1219444e-4)));
  const finite = f32x4.add(
    f32x4.add(m, f32x4.sub(tail, f32x4.mul(z, f32x4.const(0.5)))),
    f32x4.mul(e, f32x4.const(0.693359375)),
  );
  const result = f.local("v128", finite);
  const zero = f32x4.eq(x, v128.zero);
  result.set(v128.bitselect(f32x4.const(-Infinity), result, zero));
  result.set(v128.bitselect(x, result, f32x4.eq(x, f32x4.const(Infinity))));
  /* Below zero and NaN: NaN. */
  return v128.bitselect(result, f32x4.const(NaN), f32x4.ge(x, v128.zero));
};
