import { FileError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { Graph, Value } from "../../graph/graph.ts";
import type { Attributes } from "./attributes.ts";
import type { Budget } from "./budget.ts";
import type { Constant, DataType } from "./constant.ts";

/** An array of an ONNX graph while it is written as ops: its numbers are known, or a value of our graph stands for them. */
export class Operand {
  readonly type: DataType;
  readonly shape: Shape;
  /** The numbers, if they are known. */
  readonly constant: Constant | undefined;
  private made: Value | undefined;
  private readonly make: () => Value;

  private constructor(type: DataType, shape: Shape, constant: Constant | undefined, make: () => Value) {
    this.type = type;
    this.shape = shape;
    this.constant = constant;
    this.make = make;
  }

  static known(constant: Constant, make: (constant: Constant) => Value): Operand {
    return new Operand(constant.type, constant.shape, constant, () => make(constant));
  }

  static of(value: Value, type: DataType): Operand {
    return new Operand(type, value.shape, undefined, () => value);
  }

  get value(): Value {
    this.made ??= this.make();
    return this.made;
  }
}

/** What the writer of an op sees: a node, with values for its inputs. */
export interface OpCall {
  readonly op: string;
  readonly where: string;
  readonly opset: number;
  readonly graph: Graph;
  /** Inputs that are left out are missing. */
  readonly inputs: readonly (Operand | undefined)[];
  /** Outputs up to the last one that somebody reads. */
  readonly outputs: number;
  readonly attributes: Attributes;
  /** What may still be made of nothing. */
  readonly budget: Budget;
  /** An operand of numbers that are known. */
  constant(constant: Constant): Operand;
}

/** An ONNX op: which attributes it has in any version, and what it means as ops of our graph. */
export interface OpDefinition {
  readonly attributes?: readonly string[];
  write(call: OpCall): Operand | readonly Operand[];
}

/** @throws FileError if the input is missing. */
export function input(call: OpCall, index: number): Operand {
  const found = call.inputs[index];
  if (found) return found;
  throw new FileError({ where: call.where, expected: `input ${index}`, received: "none" });
}

/** A result of the same type of number as the first input. */
export function like(call: OpCall, value: Value): Operand {
  return Operand.of(value, input(call, 0).type);
}

/** The numbers of an input that says how to compute, such as a shape. @throws FileError if only a run will know them. */
export function known(call: OpCall, index: number, name: string): number[] {
  const { constant } = input(call, index);
  if (constant) return [...constant.data];
  throw new FileError({
    where: call.where,
    expected: `${name} that are known when the file is read`,
    received: "numbers that depend on the input",
  });
}

/** Whole numbers from an attribute in old versions of an op, from an input in new ones; nothing if neither is there. */
export function attributeOrInput(
  call: OpCall,
  name: string,
  { inputSince, index }: { readonly inputSince: number; readonly index: number },
): readonly number[] | undefined {
  if (call.opset < inputSince) return call.attributes.numbers(name);
  if (call.attributes.has(name))
    throw refuse(call, `${name} as an input, since opset ${inputSince}`, "an attribute");
  return call.inputs[index] ? known(call, index, name) : undefined;
}

/** An axis counted from the front. @throws FileError if there is none such. */
export function axisOf(call: OpCall, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(resolved) && resolved >= 0 && resolved < rank) return resolved;
  throw refuse(call, `an axis from ${-rank} to ${rank - 1}`, String(axis));
}

/** Distinct axes counted from the front, in the order given. */
export function axesOf(call: OpCall, axes: readonly number[], rank: number): number[] {
  const resolved = axes.map((axis) => axisOf(call, axis, rank));
  if (new Set(resolved).size === resolved.length) return resolved;
  throw refuse(call, "each axis once", axes.join(", "));
}

export function refuse(call: OpCall, expected: string, received: string): FileError {
  return new FileError({ where: call.where, expected, received });
}
