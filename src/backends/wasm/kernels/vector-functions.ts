/** Element-wise functions by name: the common ones, and those of vector-math-further.ts once something names them. */
import type { BinaryName, UnaryName } from "../../../graph/ops/elementwise.ts";
import { f32x4, i32x4, type V128, v128 } from "../assembler.ts";
import { exp, log, maximum, type VectorFunction } from "./vector-math.ts";

const sigmoid: VectorFunction = (f, x) => {
  const opposite = f.local("v128", f32x4.neg(f32x4.abs(x)));
  const t = f.local("v128", exp(f, opposite));
  const numerator = v128.bitselect(f32x4.const(1), t, f32x4.ge(x, v128.zero));
  return f32x4.div(numerator, f32x4.add(t, f32x4.const(1)));
};

/** 1 where the mask is set, else 0. */
const truth = (mask: V128): V128 => v128.and(mask, f32x4.const(1));

const sign: VectorFunction = (_f, x) => {
  const magnitude = truth(f32x4.ne(x, v128.zero));
  const signed = v128.or(magnitude, v128.and(x, i32x4.splat(0x80000000 | 0)));
  return v128.bitselect(x, signed, f32x4.ne(x, x));
};

/** Functions in vector-math-further.ts. */
type FurtherName = keyof typeof import("./vector-math-further.ts").furtherFunctions;

type FunctionName = UnaryName | BinaryName | "select";

/** What each element-wise function computes on four numbers. Comparisons yield 1 or 0. */
const functions: Record<Exclude<FunctionName, FurtherName>, VectorFunction> = {
  negate: (_f, x) => f32x4.neg(x),
  abs: (_f, x) => f32x4.abs(x),
  sign,
  exp,
  log,
  sqrt: (_f, x) => f32x4.sqrt(x),
  square: (_f, x) => f32x4.mul(x, x),
  sigmoid,
  relu: (_f, x) => f32x4.pmax(x, v128.zero),
  floor: (_f, x) => f32x4.floor(x),
  ceil: (_f, x) => f32x4.ceil(x),
  round: (_f, x) => f32x4.nearest(x),
  add: (_f, a, b) => f32x4.add(a, b),
  subtract: (_f, a, b) => f32x4.sub(a, b),
  multiply: (_f, a, b) => f32x4.mul(a, b),
  divide: (_f, a, b) => f32x4.div(a, b),
  maximum: (_f, a, b) => maximum(a, b),
  minimum: (_f, a, b) => f32x4.min(a, b),
  equal: (_f, a, b) => truth(f32x4.eq(a, b)),
  greater: (_f, a, b) => truth(f32x4.gt(a, b)),
  greaterEqual: (_f, a, b) => truth(f32x4.ge(a, b)),
  less: (_f, a, b) => truth(f32x4.lt(a, b)),
  lessEqual: (_f, a, b) => truth(f32x4.le(a, b)),
  select: (_f, condition, a, b) => v128.bitselect(a, b, f32x4.ne(condition, v128.zero)),
};

/** Functions that are there, by name. */
const loaded: Partial<Record<FunctionName, VectorFunction>> = { ...functions };

/** Loads the functions that many networks do without, if one of them is named. */
export function loadFunctions(names: readonly string[]): Promise<void> | undefined {
  if (names.every((name) => loaded[name as FunctionName])) return undefined;
  return import("./vector-math-further.ts").then(({ furtherFunctions }) => {
    Object.assign(loaded, furtherFunctions);
  });
}

export function vectorFunction(name: FunctionName): VectorFunction {
  const found = loaded[name];
  if (!found) throw new Error(`The function ${name} was not loaded.`);
  return found;
}
