/**
 * Elementary functions from additions, multiplications, divisions and bit patterns only, so that they give the same
 * bits in every engine; `Math.exp` and its like do not (ECMAScript leaves their last digits open). Float64, errors of
 * about one unit in the last place. The polynomials are those of FreeBSD's msun (fdlibm).
 *
 * @see https://www.netlib.org/fdlibm/
 */

const words = new DataView(new ArrayBuffer(8));
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/** x · 2^k, through subnormal results in two steps. */
function scale(x: number, k: number): number {
  if (k < -1022) return x * powerOfTwo(k + 1022) * powerOfTwo(-1022);
  return k > 1023 ? x * powerOfTwo(k - 1023) * powerOfTwo(1023) : x * powerOfTwo(k);
}

function powerOfTwo(k: number): number {
  if (k < -1022) return 0;
  words.setUint32(0, (k + 1023) << 20);
  words.setUint32(4, 0);
  return words.getFloat64(0);
}

/** eˣ. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.round(x / Math.LN2);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let k = 0;
  let mantissa = x;
  if (x < 2.2250738585072014e-308) {
    mantissa *= 18014398509481984; // 2⁵⁴
    k = -54;
  }
  words.setFloat64(0, mantissa);
  const high = words.getUint32(0);
  k += (high >>> 20) - 1023;
  words.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  mantissa = words.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    k++;
  }
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return k * ln2High - (half - (s * (half + even + odd) + k * ln2Low) - f);
}

/** sin and cos of |r| ≤ π/4. */
function sinKernel(r: number): number {
  const z = r * r;
  const tail =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return r + z * r * (-0.16666666666666632 + z * tail);
}

function cosKernel(r: number): number {
  const z = r * r;
  const tail =
    0.0416666666666666 +
    z *
      (-0.001388888888887411 +
        z *
          (2.480158728947673e-5 +
            z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + z * z * tail);
}

const halfPi1 = 1.5707963267341256;
const halfPi2 = 6.077100506303966e-11;
const halfPi3 = 2.0222662487959506e-21;

/** sin(x + quarter·π/2). The argument is reduced by π/2 in three parts: good to about |x| = 10⁶. */
function sinQuarter(x: number, quarter: number): number {
  if (!Number.isFinite(x)) return NaN;
  const n = Math.round(x / (Math.PI / 2));
  const r = x - n * halfPi1 - n * halfPi2 - n * halfPi3;
  const quadrant = (((n + quarter) % 4) + 4) % 4;
  const value = quadrant % 2 === 0 ? sinKernel(r) : cosKernel(r);
  return quadrant >= 2 ? -value : value;
}

export function sin(x: number): number {
  return sinQuarter(x, 0);
}

export function cos(x: number): number {
  return sinQuarter(x, 1);
}

/** Repeated squaring is exact for small exponents; its error doubles with every further bit. */
const mostSquarings = 64;

/** x^y. Small whole exponents by repeated squaring, others as e^(y·ln x). */
export function pow(x: number, y: number): number {
  const isWhole = Number.isInteger(y);
  if (isWhole && Math.abs(y) <= mostSquarings) {
    let result = 1;
    let square = x;
    for (let rest = Math.abs(y); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result *= square;
      square *= square;
    }
    return y < 0 ? 1 / result : result;
  }
  if (x === 0) return y > 0 ? 0 : Infinity;
  if (x < 0 && isWhole) return (y % 2 === 0 ? 1 : -1) * exp(y * log(-x));
  return exp(y * log(x));
}
