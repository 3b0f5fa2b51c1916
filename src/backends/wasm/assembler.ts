/**
 * Writes WebAssembly from TypeScript. Expressions are values that nest as formulas do; statements are calls on the
 * function being written, in the order they run:
 *
 *     const sum = f.local("v128");
 *     f.loop(i, 0, count, 4, () => sum.set(f32x4.add(sum, v128.load(f.add(x, i)))));
 *
 * Only what the compute kernels need is here. @see https://webassembly.github.io/spec/core/binary/
 */

export type ValueType = "i32" | "f32" | "v128";

/** Bytes, or pieces that still have to be joined. */
type Code = number | readonly Code[];

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

const typeCode: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const voidBlock = 0x40;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push(rest > 127 ? (rest & 127) | 128 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const last = rest >= -64 && rest < 64;
    bytes.push(last ? rest & 127 : (rest & 127) | 128);
    if (last) return bytes;
  }
}

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const double = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

function expression<T extends ValueType>(type: T, ...code: Code[]): Expression<T> {
  return { type, code };
}

function codeOf(value: I32 | Expression<ValueType>): Code {
  return typeof value === "number" ? [0x41, signed(value)] : value.code;
}

type Args = readonly (I32 | Expression<ValueType>)[];

function instruction<T extends ValueType>(type: T, opcode: Code, args: Args): Expression<T> {
  return expression(type, ...args.map(codeOf), opcode);
}

/** An opcode of the vector page: 0xfd and a number. */
const vector = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

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

/** A function being written. Its statements run in the order of the calls. */
export class FunctionBuilder {
  readonly index: number;
  readonly params: Local<"i32">[];
  readonly paramCount: number;
  private readonly locals: ValueType[] = [];
  private body: Code[] = [];

  constructor(index: number, paramCount: number) {
    this.index = index;
    this.paramCount = paramCount;
    this.params = Array.from({ length: paramCount }, (_, i) => this.variable("i32", i));
  }

  private variable<T extends ValueType>(type: T, index: number): Local<T> {
    return {
      type,
      code: [0x20, unsigned(index)],
      set: (value) => this.body.push([codeOf(value), 0x21, unsigned(index)]),
    };
  }

  /** A new local variable, 0 until it is set. */
  local<T extends ValueType>(type: T, initial?: T extends "i32" ? I32 : Expression<T>): Local<T> {
    const variable = this.variable(type, this.paramCount + this.locals.length);
    this.locals.push(type);
    if (initial !== undefined) variable.set(initial);
    return variable;
  }

  locals4(count: number, initial?: V128): Local<"v128">[] {
    return Array.from({ length: count }, () => this.local("v128", initial));
  }

  private store(opcode: Code, address: I32, value: Code, offset: number, ...lane: number[]): void {
    this.body.push([codeOf(address), value, opcode, 0, unsigned(offset), lane]);
  }

  storeI32(address: I32, value: I32, offset = 0): void {
    this.store(0x36, address, codeOf(value), offset);
  }

  storeI8(address: I32, value: I32, offset = 0): void {
    this.store(0x3a, address, codeOf(value), offset);
  }

  storeF32(address: I32, value: F32, offset = 0): void {
    this.store(0x38, address, value.code, offset);
  }

  storeV128(address: I32, value: V128, offset = 0): void {
    this.store(vector(0x0b), address, value.code, offset);
  }

  /** One 32-bit lane. */
  storeLane32(address: I32, value: V128, lane: number, offset = 0): void {
    this.store(vector(0x5a), address, value.code, offset, lane);
  }

  /** One half of the vector. */
  storeLane64(address: I32, value: V128, lane: number, offset = 0): void {
    this.store(vector(0x5b), address, value.code, offset, lane);
  }

  /** The first `lanes` (1–4) 32-bit lanes. */
  storeLanes(address: I32, value: V128, lanes: number, offset = 0): void {
    if (lanes >= 4) {
      this.storeV128(address, value, offset);
      return;
    }
    if (lanes >= 2) this.storeLane64(address, value, 0, offset);
    if (lanes % 2 === 1) this.storeLane32(address, value, lanes - 1, offset + (lanes - 1) * 4);
  }

  /** The first `count` (1–8) bytes. */
  storeBytes(address: I32, value: V128, count: number): void {
    if (count === 8) this.storeLane64(address, value, 0);
    else for (let byte = 0; byte < count; byte++) this.store(vector(0x58), address, value.code, byte, byte);
  }

  private nested(write: () => void): Code[] {
    const outer = this.body;
    this.body = [];
    write();
    const inner = this.body;
    this.body = outer;
    return inner;
  }

  /** Runs `body`, then again while `condition` (evaluated after it) is not 0. */
  doWhile(body: () => void, condition: () => I32): void {
    this.body.push([0x03, voidBlock, this.nested(body), codeOf(condition()), 0x0d, 0, 0x0b]);
  }

  /** Runs `body` `count` times, counting in a local; nothing is emitted around a single constant pass. */
  repeat(count: I32, body: () => void): void {
    if (typeof count === "number") {
      if (count === 1) body();
      if (count <= 1) return;
      const left = this.local("i32", count);
      this.doWhile(body, () => this.tee(left, i32.sub(left, 1)));
      return;
    }
    const left = this.local("i32", count);
    this.if(i32.gtS(left, 0), () => this.doWhile(body, () => this.tee(left, i32.sub(left, 1))));
  }

  /** `for (i = from; i < to; i += step) body()`, signed. */
  loop(i: Local<"i32">, from: I32, to: I32, step: I32, body: () => void): void {
    i.set(from);
    this.if(i32.ltS(i, to), () =>
      this.doWhile(
        () => {
          body();
          i.set(i32.add(i, step));
        },
        () => i32.ltS(i, to),
      ),
    );
  }

  /** Assigns and yields the value. */
  tee<T extends ValueType>(variable: Local<T>, value: T extends "i32" ? I32 : Expression<T>): Expression<T> {
    const index = (variable.code as readonly Code[])[1];
    return expression(variable.type, codeOf(value), 0x22, index);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    const code: Code[] = [codeOf(condition), 0x04, voidBlock, this.nested(then)];
    if (otherwise) code.push(0x05, this.nested(otherwise));
    this.body.push([code, 0x0b]);
  }

  /** Adds to a pointer or counter; adding 0 emits nothing. */
  increase(variable: Local<"i32">, by: I32): void {
    if (by !== 0) variable.set(i32.add(variable, by));
  }

  call(callee: FunctionBuilder, ...args: I32[]): void {
    this.body.push([args.map(codeOf), 0x10, unsigned(callee.index)]);
  }

  memoryCopy(to: I32, from: I32, byteLength: I32): void {
    this.body.push([codeOf(to), codeOf(from), codeOf(byteLength), 0xfc, 10, 0, 0]);
  }

  memoryFill(address: I32, byte: number, byteLength: I32): void {
    this.body.push([codeOf(address), codeOf(byte), codeOf(byteLength), 0xfc, 11, 0]);
  }

  /** The function's entry in the code section. */
  encode(): Uint8Array<ArrayBuffer> {
    const out = new ByteList();
    out.append(unsigned(this.locals.length));
    for (const type of this.locals) out.append([1, typeCode[type]]);
    out.append(this.body);
    out.append(0x0b);
    const size = unsigned(out.length);
    return Uint8Array.from([...size, ...out.bytes()]);
  }
}

/** Bytes that grow at the end. */
class ByteList {
  length = 0;
  private data: Uint8Array<ArrayBuffer> = new Uint8Array(4096);

  append(code: Code): void {
    if (typeof code !== "number") {
      for (const piece of code) this.append(piece);
      return;
    }
    if (this.length === this.data.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = code;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}

/** A module that imports one memory and exports some of its functions by name; all their parameters are i32. */
export class ModuleBuilder {
  private readonly functions: { readonly paramCount: number; code: Uint8Array<ArrayBuffer> }[] = [];
  private readonly exported: { name: string; index: number }[] = [];

  func(paramCount: number, write: (f: FunctionBuilder, ...params: Local<"i32">[]) => void): FunctionBuilder {
    const f = new FunctionBuilder(this.functions.length, paramCount);
    const entry = { paramCount, code: new Uint8Array(0) };
    this.functions.push(entry);
    write(f, ...f.params);
    entry.code = f.encode();
    return f;
  }

  export(name: string, f: FunctionBuilder): void {
    this.exported.push({ name, index: f.index });
  }

  /** @param shared whether the imported memory is shared between threads */
  bytes(memory: { shared: boolean; maximumPages: number }): Uint8Array<ArrayBuffer> {
    const arities = [...new Set(this.functions.map((f) => f.paramCount))];
    const text = (value: string): Code => [unsigned(value.length), [...new TextEncoder().encode(value)]];
    const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
    const limits = memory.shared ? [0x03, 0, ...unsigned(memory.maximumPages)] : [0x00, 0];
    const out = new ByteList();
    out.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, content: Code): void => {
      const body = new ByteList();
      body.append(content);
      out.append([id, unsigned(body.length), [...body.bytes()]]);
    };
    section(1, list(arities.map((n) => [0x60, unsigned(n), new Array<number>(n).fill(typeCode.i32), 0])));
    section(2, list([[text("engine"), text("memory"), 0x02, limits]]));
    section(3, list(this.functions.map((f) => unsigned(arities.indexOf(f.paramCount)))));
    section(7, list(this.exported.map(({ name, index }) => [text(name), 0x00, unsigned(index)])));
    const codeSize = this.functions.reduce((sum, { code }) => sum + code.length, 0);
    const count = unsigned(this.functions.length);
    out.append([10, unsigned(codeSize + count.length), count]);
    const head = out.bytes();
    const all = new Uint8Array(head.length + codeSize);
    all.set(head);
    let at = head.length;
    for (const { code } of this.functions) {
      all.set(code, at);
      at += code.length;
    }
    return all;
  }
}
