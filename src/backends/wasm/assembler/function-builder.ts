import { ByteList, type Code, typeCode, unsigned, type ValueType, voidBlock } from "./encoding.ts";
import {
  codeOf,
  type Expression,
  expression,
  type F32,
  type I32,
  i32,
  type Local,
  type V128,
  vector,
} from "./expressions.ts";

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
