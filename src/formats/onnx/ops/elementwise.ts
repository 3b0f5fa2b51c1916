/** Ops that work element by element. @see https://onnx.ai/onnx/operators/ */
import type { Value } from "../../../graph/graph.ts";
import * as ops from "../../../graph/ops/elementwise.ts";
import { dataTypeOf, isWhole } from "../constant.ts";
import { input, like, type OpCall, type OpDefinition, Operand, refuse } from "../operand.ts";

const unary = (of: (x: Value) => Value): OpDefinition => ({
  write: (call) => like(call, of(input(call, 0).value)),
});

/** Toward 0. */
const truncate = (x: Value): Value => ops.multiply(ops.sign(x), ops.floor(ops.abs(x)));

const binary = (of: (a: Value, b: Value, call: OpCall) => Value): OpDefinition => ({
  write: (call) => like(call, of(input(call, 0).value, input(call, 1).value, call)),
});

const compare = (of: (a: Value, b: Value) => Value): OpDefinition => ({
  write: (call) => Operand.of(of(input(call, 0).value, input(call, 1).value), "bool"),
});

/** Any number of inputs, one after the other. */
const variadic = (of: (a: Value, b: Value) => Value): OpDefinition => ({
  write: (call) => like(call, call.inputs.map((_, i) => input(call, i).value).reduce(of)),
});

const divide = binary((a, b, call) => {
  const quotient = ops.divide(a, b);
  return isWhole(input(call, 0).type) ? truncate(quotient) : quotient;
});

/** Powers of numbers below 0 are only defined for whole exponents, which are products. */
const pow = binary((a, b, call) => {
  const { constant } = input(call, 1);
  const exponent = constant?.size === 1 ? constant.data[0] : undefined;
  const isScalar = (constant?.shape.length ?? 0) <= a.shape.length;
  if (exponent === undefined || !isScalar) return ops.pow(a, b);
  if (exponent === 1) return a;
  if (exponent === 2) return ops.square(a);
  if (exponent === 3) return ops.multiply(ops.square(a), a);
  if (exponent === 4) return ops.square(ops.square(a));
  if (exponent === 0.5) return ops.sqrt(a);
  if (exponent === -0.5) return ops.divide(1, ops.sqrt(a));
  if (exponent === -1) return ops.divide(1, a);
  return ops.pow(a, b);
});

const mod: OpDefinition = {
  attributes: ["fmod"],
  write(call) {
    const [a, b] = [input(call, 0).value, input(call, 1).value];
    const quotient = ops.divide(a, b);
    const whole = call.attributes.flag("fmod") ? truncate(quotient) : ops.floor(quotient);
    return like(call, ops.subtract(a, ops.multiply(b, whole)));
  },
};

const cast: OpDefinition = {
  attributes: ["to", "saturate", "round_mode"],
  write(call) {
    const { value, type, constant } = input(call, 0);
    const to = dataTypeOf(call.where, call.attributes.whole("to", 0));
    if (constant && isWhole(to) === isWhole(type)) return call.constant(constant.as(to, constant.shape));
    if (to === "bool") return Operand.of(ops.subtract(1, ops.equal(value, 0)), to);
    return Operand.of(isWhole(to) && !isWhole(type) ? truncate(value) : value, to);
  },
};

const castLike: OpDefinition = {
  attributes: ["saturate", "round_mode"],
  write(call) {
    const { value, type } = input(call, 0);
    const { type: to } = input(call, 1);
    return Operand.of(isWhole(to) && !isWhole(type) ? truncate(value) : value, to);
  },
};

/** Least, then greatest: where they cross, the greatest wins. */
const clip: OpDefinition = {
  attributes: ["min", "max"],
  write(call) {
    const { attributes, opset, inputs } = call;
    const bound = (name: string, index: number): Value | number | undefined => {
      if (opset >= 11) return inputs[index]?.value;
      return attributes.has(name) ? attributes.number(name, 0) : undefined;
    };
    const [least, most] = [bound("min", 1), bound("max", 2)];
    for (const index of [1, 2]) {
      if ((inputs[index]?.shape.length ?? 0) > 0)
        throw refuse(call, "bounds that are single numbers", "arrays");
    }
    const raised = least === undefined ? input(call, 0).value : ops.maximum(input(call, 0).value, least);
    return like(call, most === undefined ? raised : ops.minimum(raised, most));
  },
};

const where: OpDefinition = {
  write(call) {
    const [condition, a, b] = [0, 1, 2].map((i) => input(call, i));
    return Operand.of(ops.select(condition.value, a.value, b.value), a.type);
  },
};

export const elementwise = {
  Abs: unary(ops.abs),
  Add: binary(ops.add),
  And: compare(ops.multiply),
  Cast: cast,
  CastLike: castLike,
  Ceil: unary(ops.ceil),
  Clip: clip,
  Cos: unary(ops.cos),
  Div: divide,
  Equal: compare(ops.equal),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Floor: unary(ops.floor),
  Greater: compare(ops.greater),
  GreaterOrEqual: compare(ops.greaterEqual),
  Identity: { write: (call) => input(call, 0) },
  Less: compare(ops.less),
  LessOrEqual: compare(ops.lessEqual),
  Log: unary(ops.log),
  Max: variadic(ops.maximum),
  Mean: {
    write(call) {
      const values = call.inputs.map((_, i) => input(call, i).value);
      return like(call, ops.multiply(values.reduce(ops.add), 1 / values.length));
    },
  },
  Min: variadic(ops.minimum),
  Mod: mod,
  Mul: binary(ops.multiply),
  Neg: unary(ops.negate),
  Not: { write: (call) => Operand.of(ops.subtract(1, input(call, 0).value), "bool") },
  Or: compare(ops.maximum),
  Pow: pow,
  Reciprocal: unary((x) => ops.divide(1, x)),
  Round: unary(ops.round),
  Sign: unary(ops.sign),
  Sin: unary(ops.sin),
  Sqrt: unary(ops.sqrt),
  Sub: binary(ops.subtract),
  Sum: variadic(ops.add),
  Tan: unary((x) => ops.divide(ops.sin(x), ops.cos(x))),
  Where: where,
} satisfies Record<string, OpDefinition>;
