/** Functions that only activations and the like need; made of those in math.ts, so they are the same everywhere. */
import { exp, log } from "./math.ts";

/** Hyperbolic tangent; Lambert's continued fraction where the exponential form would cancel. */
export function tanh(x: number): number {
  if (Math.abs(x) < 0.5) {
    const square = x * x;
    let denominator = 17;
    for (let odd = 15; odd >= 1; odd -= 2) denominator = odd + square / denominator;
    return x / denominator;
  }
  const t = exp(-2 * Math.abs(x));
  const magnitude = (1 - t) / (1 + t);
  return x < 0 ? -magnitude : magnitude;
}

/** eˣ − 1, also where eˣ rounds to 1: 2t / (1 − t) with t = tanh(x / 2). */
export function expm1(x: number): number {
  if (Math.abs(x) > 0.5) return exp(x) - 1;
  const t = tanh(x / 2);
  return (2 * t) / (1 - t);
}

/** ln(1 + x), also where 1 + x rounds to 1 (Kahan's correction). */
export function log1p(x: number): number {
  const above = 1 + x;
  if (above === 1 || above === Infinity) return x;
  return (log(above) * x) / (above - 1);
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
}

/** The error function 2/√π ∫₀ˣ e^−t² dt: a series of positive terms, or Laplace's continued fraction of 1 − erf. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (magnitude > 6) return x < 0 ? -1 : 1;
  const square = x * x;
  if (magnitude < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * exp(-square) * sum;
  }
  let fraction = magnitude;
  for (let n = 60; n >= 1; n--) fraction = magnitude + n / 2 / fraction;
  const rest = exp(-square) / (fraction * Math.sqrt(Math.PI));
  return x < 0 ? rest - 1 : 1 - rest;
}

/** 1 / (1 + e⁻ˣ), without overflow on either side. */
export function sigmoid(x: number): number {
  const t = exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + t) : t / (1 + t);
}
