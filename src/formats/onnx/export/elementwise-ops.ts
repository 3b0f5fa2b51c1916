/** Element-wise ops of our graph as ONNX's. */
import type { Value } from "../../../graph/graph.ts";
import type { BinaryName, UnaryName } from "../../../graph/ops/elementwise.ts";
import type { Form, GraphWriter } from "./graph-writer.ts";
import type { OpWriter } from "./op-writer.ts";
import { inputsOf, paramsOf } from "./op-writer.ts";

const unaryOps: Readonly<Partial<Record<UnaryName, string>>> = {
  negate: "Neg",
  abs: "Abs",
  sign: "Sign",
  sqrt: "Sqrt",
  exp: "Exp",
  log: "Log",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
  floor: "Floor",
  ceil: "Ceil",
  round: "Round",
  softplus: "Softplus",
  erf: "Erf",
};

const binaryOps: Readonly<Record<BinaryName, string>> = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  pow: "Pow",
  maximum: "Max",
  minimum: "Min",
  equal: "Equal",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
  less: "Less",
  lessEqual: "LessOrEqual",
};

const comparisons: readonly BinaryName[] = ["equal", "greater", "greaterEqual", "less", "lessEqual"];
const float = 1;
const bool = 9;

const unary: OpWriter = (writer, value) => {
  const [x] = inputsOf(value);
  const form = writer.formOf([x]);
  const name = writer.name(x, form);
  const { function: of } = paramsOf<{ function: UnaryName }>(value);
  const one = () => writer.file.initializer(`${value.scope}/one`, [], new Float32Array([1]));
  const op = unaryOps[of];
  if (op !== undefined) writer.write(value, form, op, [name]);
  else if (of === "square") writer.write(value, form, "Mul", [name, name]);
  else if (of === "expm1")
    writer.write(value, form, "Sub", [writer.file.add(value.scope, "Exp", [name]), one()]);
  else if (of === "log1p")
    writer.write(value, form, "Log", [writer.file.add(value.scope, "Add", [name, one()])]);
  else throw writer.refuse(value, `the function ${of}`);
};

/** Names of operands that are repeated to the shape of the result, all in one form. */
function aligned(writer: GraphWriter, value: Value): { form: Form; names: string[] } {
  const inputs = inputsOf(value);
  const rank = value.shape.length;
  const isAligned = inputs.every((input) => !writer.isOpen(input) || input.shape.length === rank);
  const form = isAligned && rank > 2 ? writer.formOf(inputs) : "last";
  const nameOf = (input: Value) =>
    writer.isOpen(input) ? writer.name(input, form) : writer.constant(input, rank, form);
  return { form, names: inputs.map(nameOf) };
}

const binary: OpWriter = (writer, value) => {
  const { function: of } = paramsOf<{ function: BinaryName }>(value);
  const { form, names } = aligned(writer, value);
  if (!comparisons.includes(of)) {
    writer.write(value, form, binaryOps[of], names);
    return;
  }
  const condition = writer.file.add(value.scope, binaryOps[of], names);
  writer.conditions.set(writer.write(value, form, "Cast", [condition], { to: float }), condition);
};

const select: OpWriter = (writer, value) => {
  const { form, names } = aligned(writer, value);
  const [numbers, ...others] = names;
  const condition =
    writer.conditions.get(numbers) ?? writer.file.add(value.scope, "Cast", [numbers], { to: bool });
  writer.write(value, form, "Where", [condition, ...others]);
};

/** The value as it is: nothing trains, and all numbers are real. */
const same: OpWriter = (writer, value) => {
  const [input] = inputsOf(value);
  writer.replace(value, input);
};

export const elementwiseOps: Readonly<Record<string, OpWriter>> = {
  binary,
  cast: same,
  select,
  stopGradient: same,
  unary,
};
