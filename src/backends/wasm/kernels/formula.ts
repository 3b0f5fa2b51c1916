/** Writes element-wise formulas as vector code. */
import type { Arg, Epilogue, Step } from "../../../compiler/expression.ts";
import type { DType } from "../../../core/shape.ts";
import {
  type FunctionBuilder,
  f32x4,
  type I32,
  i16x8,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from "../assembler.ts";
import { vectorFunction } from "./vector-functions.ts";

type Vector = Local<"v128">;

/** Computes the steps in order and returns a reader of arguments. */
export function writeSteps(
  f: FunctionBuilder,
  steps: readonly Step[],
  operands: readonly Vector[],
): (arg: Arg) => Vector {
  const results: Vector[] = [];
  const argument = (arg: Arg): Vector => {
    if ("operand" in arg) return operands[arg.operand];
    return "step" in arg ? results[arg.step] : f.local("v128", f32x4.const(arg.constant));
  };
  for (const step of steps) {
    const args = step.args.map(argument);
    results.push(f.local("v128", vectorFunction(step.function)(f, ...args)));
  }
  return argument;
}

/** Four numbers of any type as float32. `address` may be unaligned. */
export function loadAs(dtype: DType, address: I32, offset = 0): V128 {
  switch (dtype) {
    case "float32":
      return v128.load(address, offset);
    case "int32":
      return f32x4.convertI32x4S(v128.load(address, offset));
    case "uint8":
      return f32x4.convertI32x4S(
        i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(v128.load32Zero(address, offset))),
      );
  }
}

/** The first `count` of four numbers that lie `bytes` apart. */
export function loadSpread(
  f: FunctionBuilder,
  dtype: DType,
  address: I32,
  bytes: number,
  count: number,
): V128 {
  const vector = f.local("v128", v128.zero);
  for (let lane = 0; lane < count; lane++) {
    if (dtype === "uint8") vector.set(i32x4.replaceLane(vector, lane, i32.load8U(address, lane * bytes)));
    else vector.set(v128.load32Lane(address, vector, lane, lane * bytes));
  }
  return dtype === "float32" ? vector : f32x4.convertI32x4S(vector);
}

/** One number in all four lanes. */
export function loadSplat(dtype: DType, address: I32): V128 {
  if (dtype === "uint8") return f32x4.convertI32x4S(i32x4.splat(i32.load8U(address)));
  const bits = v128.load32Splat(address);
  return dtype === "float32" ? bits : f32x4.convertI32x4S(bits);
}

/** Reads the operands of an epilogue for one tile: per-channel and single numbers once, the others row by row. */
export class EpilogueWriter {
  private readonly f: FunctionBuilder;
  private readonly epilogue: Epilogue;
  private readonly addresses: readonly Local<"i32">[];
  private readonly shared: (Vector | undefined)[][];

  /**
   * @param addresses of the operands behind the sum
   * @param channelBytes offset of the tile's first channel
   */
  constructor(
    f: FunctionBuilder,
    epilogue: Epilogue,
    addresses: readonly Local<"i32">[],
    channelBytes: I32,
    vectors: number,
  ) {
    this.f = f;
    this.epilogue = epilogue;
    this.addresses = addresses;
    this.shared = Array.from({ length: vectors }, (_, c) =>
      epilogue.kinds.map((kind, i) => {
        if (kind === "scalar") return f.local("v128", v128.load32Splat(addresses[i]));
        if (kind === "dense") return undefined;
        return f.local("v128", v128.load(i32.add(addresses[i], channelBytes), c * 16));
      }),
    );
  }

  /**
   * The finished number of each lane.
   *
   * @param c which of the tile's vectors
   * @param outputBytes offset of the row's first channel in the output
   */
  finish(sum: Vector, c: number, outputBytes: I32): Vector {
    const { f, epilogue, addresses } = this;
    const operands = epilogue.kinds.map(
      (_, i) => this.shared[c][i] ?? f.local("v128", v128.load(i32.add(addresses[i], outputBytes), c * 16)),
    );
    return writeSteps(f, epilogue.steps, [sum, ...operands])(epilogue.result);
  }
}
