import * as math from "../../core/math.ts";
import { type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import * as special from "../../core/special-functions.ts";
import type { BinaryName, UnaryName } from "../ops/elementwise.ts";
import type { Meaning } from "./meaning.ts";
import { forEachRepeated } from "./reduce-sum.ts";

/** Functions of one number. */
export const unaryFunctions: Record<UnaryName, (x: number) => number> = {
  negate: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: math.exp,
  log: math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  sin: math.sin,
  cos: math.cos,
  tanh: special.tanh,
  sigmoid: special.sigmoid,
  expm1: special.expm1,
  log1p: special.log1p,
  softplus: special.softplus,
  erf: special.erf,
  relu: (x) => Math.max(x, 0),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
};

/** Functions of two numbers. */
export const binaryFunctions: Record<BinaryName, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
  pow: math.pow,
  equal: (a, b) => (a === b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
};

/** Reads an operand as if it had been repeated to the output's shape. */
function repeated(input: Float64Array, shape: Shape, outputShape: Shape): Float64Array {
  if (sameShape(shape, outputShape)) return input;
  const aligned = [...new Array<number>(outputShape.length - shape.length).fill(1), ...shape];
  const result = new Float64Array(sizeOf(outputShape));
  forEachRepeated(outputShape, aligned, (to, from) => {
    result[to] = input[from];
  });
  return result;
}

/** To the nearest whole number, halves to the even one. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  if (above !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

export const unary: Meaning<{ readonly function: UnaryName }> = ({ inputs: [input], output, params }) => {
  const of = unaryFunctions[params.function];
  for (let i = 0; i < output.length; i++) output[i] = of(input[i]);
};

export const binary: Meaning<{ readonly function: BinaryName }> = ({
  inputs,
  output,
  shapes,
  outputShape,
  params,
}) => {
  const of = binaryFunctions[params.function];
  const [a, b] = inputs.map((input, i) => repeated(input, shapes[i], outputShape));
  for (let i = 0; i < output.length; i++) output[i] = of(a[i], b[i]);
};

export const select: Meaning<Record<never, never>> = ({ inputs, output, shapes, outputShape }) => {
  const [condition, a, b] = inputs.map((input, i) => repeated(input, shapes[i], outputShape));
  for (let i = 0; i < output.length; i++) output[i] = condition[i] !== 0 ? a[i] : b[i];
};

export const cast: Meaning<Record<never, never>> = ({ inputs: [input], output }) => output.set(input);
