/**
 * Ops that work element by element. Each function is one row: the gradient of each operand written in ops. Operands of `binary` and `select` are repeated to a common shape as in NumPy.
 */
import { UsageError } from "../../core/errors.ts";
import { broadcastShapes, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { sumTo } from "./reduce-sum.ts";

export type UnaryName =
  | ("negate" | "abs" | "sign" | "square" | "sqrt" | "exp" | "log" | "sin" | "cos")
  | ("tanh" | "sigmoid" | "relu" | "floor" | "ceil" | "round")
  | ("expm1" | "log1p" | "softplus" | "erf");

export type BinaryName =
  | ("add" | "subtract" | "multiply" | "divide" | "pow" | "maximum" | "minimum")
  | ("equal" | "greater" | "greaterEqual" | "less" | "lessEqual");

interface Unary {
  /** Gradient with respect to x; `y` is the output and `g` its gradient. `null`: constant almost everywhere. */
  readonly gradient: ((x: Value, y: Value, g: Value) => Value) | null;
  /** Additions and multiplications, roughly. */
  readonly flops: number;
}

const unaryFunctions: Record<UnaryName, Unary> = {
  negate: { gradient: (_x, _y, g) => negate(g), flops: 1 },
  abs: { gradient: (x, _y, g) => multiply(g, sign(x)), flops: 1 },
  sign: { gradient: null, flops: 1 },
  exp: { gradient: (_x, y, g) => multiply(g, y), flops: 12 },
  log: { gradient: (x, _y, g) => divide(g, x), flops: 14 },
  sqrt: { gradient: (_x, y, g) => divide(multiply(g, 0.5), y), flops: 1 },
  square: { gradient: (x, _y, g) => multiply(multiply(g, 2), x), flops: 1 },
  sin: { gradient: (x, _y, g) => multiply(g, cos(x)), flops: 14 },
  cos: { gradient: (x, _y, g) => negate(multiply(g, sin(x))), flops: 14 },
  tanh: { gradient: (_x, y, g) => multiply(g, subtract(1, square(y))), flops: 16 },
  sigmoid: { gradient: (_x, y, g) => multiply(g, multiply(y, subtract(1, y))), flops: 14 },
  /** eˣ − 1 and ln(1 + x), exact near 0 too. */
  expm1: { gradient: (_x, y, g) => multiply(g, add(y, 1)), flops: 14 },
  log1p: { gradient: (x, _y, g) => divide(g, add(x, 1)), flops: 18 },
  /** ln(1 + eˣ) */
  softplus: { gradient: (x, _y, g) => multiply(g, sigmoid(x)), flops: 32 },
  erf: {
    gradient: (x, _y, g) => multiply(g, multiply(exp(negate(square(x))), 2 / Math.sqrt(Math.PI))),
    flops: 40,
  },
  /** max(x, 0); a NaN stays. */
  relu: { gradient: (_x, y, g) => select(greater(y, 0), g, 0), flops: 1 },
  floor: { gradient: null, flops: 1 },
  ceil: { gradient: null, flops: 1 },
  /** To the nearest whole number, halves to the even one. */
  round: { gradient: null, flops: 1 },
};

interface Binary {
  /** Gradients before repeated axes are summed; `null`: constant almost everywhere. */
  readonly gradient: ((a: Value, b: Value, y: Value, g: Value) => readonly [() => Value, () => Value]) | null;
  readonly flops: number;
}

/** The whole gradient goes to the operand that was chosen; to the first where both are equal. */
const chosen = (isFirst: (a: Value, b: Value) => Value): Binary["gradient"] => {
  return (a, b, _y, g) => [() => select(isFirst(a, b), g, 0), () => select(isFirst(a, b), 0, g)];
};

const binaryFunctions: Record<BinaryName, Binary> = {
  add: { gradient: (_a, _b, _y, g) => [() => g, () => g], flops: 1 },
  subtract: { gradient: (_a, _b, _y, g) => [() => g, () => negate(g)], flops: 1 },
  multiply: {
    gradient: (a, b, _y, g) => [() => multiply(g, b), () => multiply(g, a)],
    flops: 1,
  },
  divide: {
    gradient: (_a, b, y, g) => [() => divide(g, b), () => negate(divide(multiply(g, y), b))],
    flops: 1,
  },
  /** A NaN in either operand stays. */
  maximum: { gradient: chosen((a, b) => greaterEqual(a, b)), flops: 1 },
  minimum: { gradient: chosen((a, b) => lessEqual(a, b)), flops: 1 },
  pow: {
    gradient: (a, b, y, g) => [
      () => multiply(g, multiply(b, pow(a, subtract(b, 1)))),
      () => multiply(g, multiply(y, log(a))),
    ],
    flops: 28,
  },
  equal: { gradient: null, flops: 1 },
  greater: { gradient: null, flops: 1 },
  greaterEqual: { gradient: null, flops: 1 },
  less: { gradient: null, flops: 1 },
  lessEqual: { gradient: null, flops: 1 },
};

export const unaryOp: Op<{ readonly function: UnaryName }> = {
  name: "unary",
  shape: ([input]) => input,
  gradient({ inputs: [x], output, outputGradient, params }) {
    const { gradient } = unaryFunctions[params.function];
    return [gradient?.(x, output, outputGradient) ?? null];
  },
  flops: (_, output, params) => sizeOf(output) * unaryFunctions[params.function].flops,
};

export const binaryOp: Op<{ readonly function: BinaryName }> = {
  name: "binary",
  shape: ([a, b], params) => broadcastShapes(params.function, a, b),
  gradient({ inputs: [a, b], output, outputGradient, params }) {
    const { gradient } = binaryFunctions[params.function];
    if (!gradient) return [null, null];
    const [ofA, ofB] = gradient(a, b, output, outputGradient);
    const wanted = (operand: Value, write: () => Value) =>
      operand.source.kind === "constant" ? null : sumTo(write(), operand.shape);
    return [wanted(a, ofA), wanted(b, ofB)];
  },
  flops: (_, output, params) => sizeOf(output) * binaryFunctions[params.function].flops,
};

export const selectOp: Op<Record<never, never>> = {
  name: "select",
  shape: ([condition, a, b]) => broadcastShapes("select", condition, broadcastShapes("select", a, b)),
  gradient: ({ inputs: [condition, a, b], outputGradient: g }) => [
    null,
    a.source.kind === "constant" ? null : sumTo(select(condition, g, 0), a.shape),
    b.source.kind === "constant" ? null : sumTo(select(condition, 0, g), b.shape),
  ],
  flops: (_, output) => sizeOf(output),
};

/** Whole numbers of any type as float32. */
export const castOp: Op<Record<never, never>> = {
  name: "cast",
  accepts: ["int32", "uint8"],
  shape: ([input]) => input,
  gradient: () => [null],
  flops: () => 0,
};

const unary =
  (name: UnaryName) =>
  (x: Value): Value =>
    apply(unaryOp, [x], { function: name });
const binary =
  (name: BinaryName) =>
  (a: Value | number, b: Value | number): Value => {
    const [left, right] = inOneGraph(name, [a, b]);
    return apply(binaryOp, [left, right], { function: name });
  };

/** Turns plain numbers among the operands into constants of the other operand's graph. */
function inOneGraph(where: string, operands: readonly (Value | number)[]): Value[] {
  const graph = operands.find((operand) => typeof operand !== "number")?.graph;
  if (!graph) {
    throw new UsageError({
      where,
      expected: "at least one Value among the operands",
      received: operands.join(", "),
      hint: "Plain numbers need no op.",
    });
  }
  return operands.map((operand) => (typeof operand === "number" ? graph.constant(operand) : operand));
}

export const negate = unary("negate");
export const abs = unary("abs");
export const sign = unary("sign");
export const exp = unary("exp");
export const log = unary("log");
export const sqrt = unary("sqrt");
export const square = unary("square");
export const sin = unary("sin");
export const cos = unary("cos");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const relu = unary("relu");
export const floor = unary("floor");
export const ceil = unary("ceil");
export const round = unary("round");
export const expm1 = unary("expm1");
export const log1p = unary("log1p");
export const softplus = unary("softplus");
export const erf = unary("erf");

export const add = binary("add");
export const subtract = binary("subtract");
export const multiply = binary("multiply");
export const divide = binary("divide");
export const maximum = binary("maximum");
export const minimum = binary("minimum");
export const pow = binary("pow");
export const equal = binary("equal");
export const greater = binary("greater");
export const greaterEqual = binary("greaterEqual");
export const less = binary("less");
export const lessEqual = binary("lessEqual");

/** `whenTrue` where `condition` is not 0, else `whenFalse`. */
export function select(condition: Value, whenTrue: Value | number, whenFalse: Value | number): Value {
  const [c, a, b] = inOneGraph("select", [condition, whenTrue, whenFalse]);
  return apply(selectOp, [c, a, b], {});
}

/** Whole numbers as float32; float32 stays as it is. */
export function cast(input: Value): Value {
  return input.dtype === "float32" ? input : apply(castOp, [input], {});
}
