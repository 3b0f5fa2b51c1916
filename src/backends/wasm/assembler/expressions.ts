/** Typed formulas: instructions as functions of their operands. */
import { type Code, double, float, signed, unsigned, type ValueType } from "./encoding.ts";

/** A typed formula: evaluating it leaves one value on the stack. */
export interface Expression<T extends ValueType> {
  readonly type: T;
  readonly code: Code;
}

export type I32 = Expression<"i32"> | number;
export type F32 = Expression<"f32">;
export type V128 = Expression<"v128">;

/** A local variable: an expression that can be assigned. */
export interface Local<T extends ValueType> extends Expression<T> {
  set(value: T extends "i32" ? I32 : Expression<T>): void;
}

export function expression<T extends ValueType>(type: T, ...code: Code[]): Expression<T> {
  return { type, code };
}

export function codeOf(value: I32 | Expression<ValueType>): Code {
  return typeof value === "number" ? [0x41, signed(value)] : value.code;
}

type Args = readonly (I32 | Expression<ValueType>)[];

function instruction<T extends ValueType>(type: T, opcode: Code, args: Args): Expression<T> {
  return expression(type, ...args.map(codeOf), opcode);
}

/** An opcode of the vector page: 0xfd and a number. */
export const vector = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

const binaryI32 = (opcode: number) => (a: I32, b: I32) => instruction("i32", opcode, [a, b]);
const binaryF32 = (opcode: number) => (a: F32, b: F32) => instruction("f32", opcode, [a, b]);
const unaryF32 = (opcode: number) => (a: F32) => instruction("f32", opcode, [a]);
const binaryV128 = (opcode: number) => (a: V128, b: V128) => instruction("v128", vector(opcode), [a, b]);
const unaryV128 = (opcode: number) => (a: V128) => instruction("v128", vector(opcode), [a]);
const shiftV128 = (opcode: number) => (a: V128, bits: number) =>
  instruction("v128", vector(opcode), [a, bits]);

function load<T extends ValueType>(type: T, opcode: Code, alignment: number) {
  return (address: I32, offset = 0): Expression<T> =>
    expression(type, codeOf(address), opcode, unsigned(alignment), unsigned(offset));
}

/** 32-bit integers; addresses are bytes. Sums and products of constants are folded. */
export const i32 = {
  const: (value: number) => expression("i32", 0x41, signed(value)),
  add(a: I32, b: I32): I32 {
    if (typeof a === "number" && typeof b === "number") return a + b;
    if (a === 0) return b;
    return b === 0 ? a : instruction("i32", 0x6a, [a, b]);
  },
  sub: binaryI32(0x6b),
  mul(a: I32, b: I32): I32 {
    if (typeof a === "number" && typeof b === "number") return a * b;
    if (a === 1) return b;
    return b === 1 ? a : instruction("i32", 0x6c, [a, b]);
  },
  divS: binaryI32(0x6d),
  remS: binaryI32(0x6f),
  /** `b` must not be 0; dividing by the constant 1 emits nothing. */
  divU: (a: I32, b: I32): I32 => (b === 1 ? a : instruction("i32", 0x6e, [a, b])),
  and: binaryI32(0x71),
  or: binaryI32(0x72),
  eq: binaryI32(0x46),
  ne: binaryI32(0x47),
  ltS: binaryI32(0x48),
  ltU: binaryI32(0x49),
  gtS: binaryI32(0x4a),
  geS: binaryI32(0x4e),
  geU: binaryI32(0x4f),
  load: load("i32", 0x28, 2),
  load8U: load("i32", 0x2d, 0),
  truncF32: (a: F32) => instruction("i32", [0xfc, 0x00], [a]),
  /** `whenTrue` if `condition` is not 0, else `whenFalse`. */
  select: (whenTrue: I32, whenFalse: I32, condition: I32) =>
    instruction("i32", 0x1b, [whenTrue, whenFalse, condition]),
  /** Of signed numbers; both are evaluated twice. */
  min: (a: I32, b: I32) => i32.select(a, b, i32.ltS(a, b)),
  max: (a: I32, b: I32) => i32.select(a, b, i32.gtS(a, b)),
};

export const f32 = {
  const: (value: number) => expression("f32", 0x43, float(value)),
  add: binaryF32(0x92),
  sub: binaryF32(0x93),
  mul: binaryF32(0x94),
  div: binaryF32(0x95),
  sqrt: unaryF32(0x91),
  gt: (a: F32, b: F32) => instruction("i32", 0x5e, [a, b]),
  load: load("f32", 0x2a, 2),
  extractLane: (a: V128, lane: number) => expression("f32", a.code, vector(0x1f), lane),
};

export const v128 = {
  load: load("v128", vector(0x00), 0),
  load32Splat: load("v128", vector(0x09), 0),
  load32Zero: load("v128", vector(0x5c), 0),
  load64Zero: load("v128", vector(0x5d), 0),
  /** `vector` with one 32-bit lane read from memory. */
  load32Lane: (address: I32, vectorIn: V128, lane: number, offset = 0) =>
    expression("v128", codeOf(address), vectorIn.code, vector(0x56), 0, unsigned(offset), lane),
  zero: expression("v128", vector(0x0c), new Array<number>(16).fill(0)),
  /** All bits of the first `count` 32-bit lanes. */
  firstLanes: (count: number) => i32x4.const([0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0))),
  and: binaryV128(0x4e),
  andnot: binaryV128(0x4f),
  or: binaryV128(0x50),
  xor: binaryV128(0x51),
  not: unaryV128(0x4d),
  /** Bits of `whenTrue` where `mask` is 1, of `whenFalse` where it is 0. */
  bitselect: (whenTrue: V128, whenFalse: V128, mask: V128) =>
    instruction("v128", vector(0x52), [whenTrue, whenFalse, mask]),
  anyTrue: (a: V128) => instruction("i32", vector(0x53), [a]),
  /** Sixteen bytes picked from the 32 of `a` and `b`. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]) =>
    expression("v128", a.code, b.code, vector(0x0d), lanes),
};

export const f32x4 = {
  const: (value: number) => f32x4.splat(f32.const(value)),
  splat: (a: F32) => instruction("v128", vector(0x13), [a]),
  add: binaryV128(0xe4),
  sub: binaryV128(0xe5),
  mul: binaryV128(0xe6),
  div: binaryV128(0xe7),
  /** A NaN in either operand stays; several machine instructions. */
  min: binaryV128(0xe8),
  max: binaryV128(0xe9),
  /** b < a ? b : a, one machine instruction: a NaN in `a` stays. */
  pmin: binaryV128(0xea),
  /** a < b ? b : a, one machine instruction: a NaN in `a` stays. */
  pmax: binaryV128(0xeb),
  abs: unaryV128(0xe0),
  neg: unaryV128(0xe1),
  sqrt: unaryV128(0xe3),
  ceil: unaryV128(0x67),
  floor: unaryV128(0x68),
  nearest: unaryV128(0x6a),
  eq: binaryV128(0x41),
  ne: binaryV128(0x42),
  lt: binaryV128(0x43),
  gt: binaryV128(0x44),
  le: binaryV128(0x45),
  ge: binaryV128(0x46),
  convertI32x4S: unaryV128(0xfa),
  convertI32x4U: unaryV128(0xfb),
  /** Two float64 to the first two lanes, zeros to the others. */
  demoteF64x2Zero: unaryV128(0x5e),
  /** Four lanes of `a` and `b` (0–3 and 4–7). */
  shuffle: (a: V128, b: V128, lanes: readonly [number, number, number, number]) =>
    v128.shuffle(
      a,
      b,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)),
    ),
};

export const f64x2 = {
  const: (value: number) => expression("v128", 0x44, double(value), vector(0x14)),
  add: binaryV128(0xf0),
  sub: binaryV128(0xf1),
  mul: binaryV128(0xf2),
  div: binaryV128(0xf3),
  nearest: unaryV128(0x94),
  gt: binaryV128(0x4a),
  pmin: binaryV128(0xf6),
  pmax: binaryV128(0xf7),
  /** The first two lanes of four float32. */
  promoteLowF32x4: unaryV128(0x5f),
  convertLowI32x4S: unaryV128(0xfe),
  shl52: (a: V128) => instruction("v128", vector(0xcb), [a, 52]),
  addI64: binaryV128(0xce),
  extendLowI32x4S: unaryV128(0xc7),
};

export const i32x4 = {
  const: (lanes: readonly number[]) =>
    expression("v128", vector(0x0c), [...new Uint8Array(Int32Array.from(lanes).buffer)]),
  splat: (a: I32) => instruction("v128", vector(0x11), [a]),
  add: binaryV128(0xae),
  sub: binaryV128(0xb1),
  mul: binaryV128(0xb5),
  eq: binaryV128(0x37),
  shl: shiftV128(0xab),
  shrS: shiftV128(0xac),
  shrU: shiftV128(0xad),
  truncSatF32x4S: unaryV128(0xf8),
  truncSatF64x2SZero: unaryV128(0xfc),
  extractLane: (a: V128, lane: number) => expression("i32", a.code, vector(0x1b), lane),
  replaceLane: (a: V128, lane: number, value: I32) =>
    expression("v128", a.code, codeOf(value), vector(0x1c), lane),
  extendLowI16x8U: unaryV128(0xa9),
  extendLowI16x8S: unaryV128(0xa7),
};

export const i16x8 = {
  extendLowI8x16U: unaryV128(0x89),
  narrowI32x4U: binaryV128(0x86),
};

export const i8x16 = {
  narrowI16x8U: binaryV128(0x66),
};
