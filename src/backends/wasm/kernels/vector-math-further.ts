/** Elementary functions that many networks do without, in the manner of vector-math.ts. */
import { type FunctionBuilder, f32x4, f64x2, i32x4, type V128, v128 } from "../assembler.ts";
import { exp, expParts, log, polynomial, reduceBy, type VectorFunction } from "./vector-math.ts";

/** sin(x + quarter · π/2). */
const sine =
  (quarter: number): VectorFunction =>
  (f, x) => {
    const n = f.local("v128", f32x4.nearest(f32x4.mul(x, f32x4.const(2 / Math.PI))));
    const r = f.local("v128", reduceBy(x, n, [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8]));
    const quadrant = f.local("v128", i32x4.add(i32x4.truncSatF32x4S(n), i32x4.splat(quarter)));
    const z = f.local("v128", f32x4.mul(r, r));
    const sinP = polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    const sin = f.local("v128", f32x4.add(f32x4.mul(f32x4.mul(sinP, z), r), r));
    const cosP = polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
    const cos = f.local(
      "v128",
      f32x4.add(f32x4.sub(f32x4.mul(f32x4.mul(cosP, z), z), f32x4.mul(z, f32x4.const(0.5))), f32x4.const(1)),
    );
    const odd = i32x4.eq(v128.and(quadrant, i32x4.splat(1)), i32x4.splat(1));
    const sign = i32x4.shl(v128.and(quadrant, i32x4.splat(2)), 30);
    return v128.xor(v128.bitselect(cos, sin, odd), sign);
  };

/** (e²ˣ − 1) / (e²ˣ + 1) of |x|, where e²ˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1) keeps its digits near 0. */
const tanh: VectorFunction = (f, x) => {
  const magnitude = f.local("v128", f32x4.abs(x));
  const doubled = f.local("v128", f32x4.pmin(f32x4.add(magnitude, magnitude), f32x4.const(20)));
  const { n, r, p } = expParts(f, doubled);
  const rest = f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r);
  const power = f.local("v128", i32x4.shl(i32x4.add(i32x4.truncSatF32x4S(n), i32x4.splat(127)), 23));
  const m = f.local("v128", f32x4.add(f32x4.mul(power, rest), f32x4.sub(power, f32x4.const(1))));
  const quotient = f32x4.div(m, f32x4.add(m, f32x4.const(2)));
  return v128.or(quotient, v128.and(x, i32x4.splat(0x80000000 | 0)));
};

/** Below ½ in magnitude eˣ's polynomial without its 1; above, nothing is lost by subtracting it. */
const expm1: VectorFunction = (f, x) => {
  const power = f.local("v128", exp(f, x));
  const p = polynomial(
    x,
    [2.4801587e-5, 1.98412698e-4, 1.3888888889e-3, 8.3333333333e-3, 4.1666666667e-2, 1.6666666667e-1, 0.5],
  );
  const small = f.local("v128", f32x4.add(f32x4.mul(f32x4.mul(p, x), x), x));
  const isSmall = f32x4.lt(f32x4.abs(x), f32x4.const(0.5));
  return v128.bitselect(small, f32x4.sub(power, f32x4.const(1)), isSmall);
};

/** ln(1 + x), times what 1 + x lost in rounding (Kahan's correction). */
const log1p: VectorFunction = (f, x) => {
  const above = f.local("v128", f32x4.add(x, f32x4.const(1)));
  const logarithm = f.local("v128", log(f, above));
  const corrected = f32x4.div(f32x4.mul(logarithm, x), f32x4.sub(above, f32x4.const(1)));
  const asItIs = v128.or(f32x4.eq(above, f32x4.const(1)), f32x4.eq(x, f32x4.const(Infinity)));
  return v128.bitselect(x, corrected, asItIs);
};

const softplus: VectorFunction = (f, x) => {
  const opposite = f.local("v128", f32x4.neg(f32x4.abs(x)));
  const t = f.local("v128", exp(f, opposite));
  return f32x4.add(f32x4.max(x, v128.zero), log1p(f, t));
};

/** Cephes' ndtrf: a polynomial up to 1, e^−x² / x times one of 1 / x² beyond. */
const erf: VectorFunction = (f, x) => {
  const square = f.local("v128", f32x4.mul(x, x));
  const near = f.local(
    "v128",
    f32x4.mul(
      x,
      polynomial(
        square,
        [
          7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
          1.128358514861418e-1, -3.7612625824233e-1, 1.12837916709551,
        ],
      ),
    ),
  );
  const magnitude = f.local("v128", f32x4.pmax(f32x4.abs(x), f32x4.const(1)));
  const q = f.local("v128", f32x4.div(f32x4.const(1), magnitude));
  const y = f.local("v128", f32x4.mul(q, q));
  const below2 = polynomial(
    y,
    [
      2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
      6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
      5.638259427386472e-1,
    ],
  );
  const above2 = polynomial(
    y,
    [
      -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503, 2.921019019210786, -1.0152652792027,
      4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
    ],
  );
  const p = f.local("v128", v128.bitselect(below2, above2, f32x4.lt(magnitude, f32x4.const(2))));
  const exponent = f.local("v128", f32x4.neg(f32x4.mul(magnitude, magnitude)));
  const rest = f32x4.mul(f32x4.mul(exp(f, exponent), q), p);
  const far = v128.or(f32x4.sub(f32x4.const(1), rest), v128.and(x, i32x4.splat(0x80000000 | 0)));
  const isFar = f32x4.gt(f32x4.abs(x), f32x4.const(1));
  return v128.bitselect(far, near, isFar);
};

/** |a|^b of two lanes in float64: e^(b · ln a), where float32 would lose a digit for every digit of the exponent. */
function powLanes(f: FunctionBuilder, a: V128, b: V128): V128 {
  const bits = f.local("v128", a);
  const tiny = f.local("v128", f32x4.lt(bits, f32x4.const(1.17549435e-38)));
  bits.set(v128.bitselect(f32x4.mul(bits, f32x4.const(8388608)), bits, tiny));
  const exponent = i32x4.sub(
    i32x4.sub(i32x4.shrU(bits, 23), i32x4.splat(127)),
    v128.and(tiny, i32x4.splat(23)),
  );
  const e = f.local("v128", f64x2.convertLowI32x4S(exponent));
  const one = f64x2.const(1);
  const mantissa = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), f32x4.const(1));
  const m = f.local("v128", f64x2.promoteLowF32x4(mantissa));
  const high = f.local("v128", f64x2.gt(m, f64x2.const(Math.SQRT2)));
  m.set(f64x2.mul(m, v128.bitselect(f64x2.const(0.5), one, high)));
  e.set(f64x2.add(e, v128.and(one, high)));
  const s = f.local("v128", f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)));
  const square = f.local("v128", f64x2.mul(s, s));
  const odd = [15, 13, 11, 9, 7, 5, 3, 1].map((n): V128 => f64x2.const(2 / n));
  const series = odd.reduce((sum, c) => f64x2.add(f64x2.mul(sum, square), c));
  const ln = f64x2.add(f64x2.mul(e, f64x2.const(Math.LN2)), f64x2.mul(series, s));
  const x = f.local("v128", f64x2.mul(f64x2.promoteLowF32x4(b), ln));
  x.set(f64x2.pmin(f64x2.pmax(x, f64x2.const(-200)), f64x2.const(200)));
  const n = f.local("v128", f64x2.nearest(f64x2.mul(x, f64x2.const(Math.LOG2E))));
  const r = f.local("v128", f64x2.sub(x, f64x2.mul(n, f64x2.const(Math.LN2))));
  const factorials = [39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1];
  const p = factorials
    .map((factorial): V128 => f64x2.const(1 / factorial))
    .reduce((sum, c) => f64x2.add(f64x2.mul(sum, r), c));
  const whole = f64x2.extendLowI32x4S(i32x4.truncSatF64x2SZero(n));
  return f32x4.demoteF64x2Zero(f64x2.addI64(p, f64x2.shl52(whole)));
}

const pow: VectorFunction = (f, a, b) => {
  const magnitude = f.local("v128", f32x4.abs(a));
  const low = f.local("v128", powLanes(f, magnitude, b));
  const upper = (x: V128) => f32x4.shuffle(x, x, [2, 3, 2, 3]);
  const high = f.local("v128", powLanes(f, upper(magnitude), upper(b)));
  const result = f.local("v128", f32x4.shuffle(low, high, [0, 1, 4, 5]));
  const whole = f32x4.eq(f32x4.nearest(b), b);
  const half = f.local("v128", f32x4.mul(b, f32x4.const(0.5)));
  const odd = v128.andnot(whole, f32x4.eq(f32x4.nearest(half), half));
  const negative = f.local("v128", f32x4.lt(a, v128.zero));
  const flip = v128.and(v128.and(negative, odd), i32x4.splat(0x80000000 | 0));
  result.set(v128.xor(result, flip));
  result.set(v128.bitselect(f32x4.const(NaN), result, v128.andnot(negative, whole)));
  const atZero = v128.bitselect(f32x4.const(Infinity), v128.zero, f32x4.lt(b, v128.zero));
  result.set(v128.bitselect(atZero, result, f32x4.eq(a, v128.zero)));
  result.set(v128.bitselect(f32x4.const(1), result, f32x4.eq(b, v128.zero)));
  const unordered = v128.or(f32x4.ne(a, a), f32x4.ne(b, b));
  return v128.bitselect(f32x4.const(NaN), result, unordered);
};

export const furtherFunctions = {
  sin: sine(0),
  cos: sine(1),
  tanh,
  expm1,
  log1p,
  softplus,
  erf,
  pow,
} satisfies Record<string, VectorFunction>;
