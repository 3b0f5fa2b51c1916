/**
 * Softmax along the last axis, and cross-entropy without leaving it. A unit is one row. Sums run over vectors in order,
 * then over the lanes as (0 + 1) + (2 + 3).
 */
import {
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  type V128,
  v128,
} from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { exp, log } from "./vector-math.ts";

type Combine = (a: V128, b: V128) => V128;

/** All lanes combined, in every lane. */
function acrossLanes(f: FunctionBuilder, vector: V128, combine: Combine): Local<"v128"> {
  const lanes = f.local("v128", vector);
  const pairs = f.local("v128", combine(lanes, f32x4.shuffle(lanes, lanes, [1, 0, 3, 2])));
  return f.local("v128", combine(pairs, f32x4.shuffle(pairs, pairs, [2, 3, 0, 1])));
}

/** Runs over a row of `length` numbers by vectors; `lanes` of the last are in the row. */
function overRow(f: FunctionBuilder, length: number, body: (bytes: I32, lanes: number) => void): void {
  const bytes = f.local("i32");
  f.loop(bytes, 0, Math.floor(length / 4) * 16, 16, () => body(bytes, 4));
  if (length % 4 > 0) body(Math.floor(length / 4) * 16, length % 4);
}

/** Combines a row; lanes behind its end count as `neutral`. */
function fold(
  f: FunctionBuilder,
  length: number,
  neutral: number,
  combine: Combine,
  value: (bytes: I32, lanes: number) => V128,
): Local<"v128"> {
  const all = f.local("v128", f32x4.const(neutral));
  overRow(f, length, (bytes, lanes) => {
    const vector = value(bytes, lanes);
    const inRow = lanes === 4 ? vector : v128.bitselect(vector, f32x4.const(neutral), v128.firstLanes(lanes));
    all.set(combine(all, inRow));
  });
  return acrossLanes(f, all, combine);
}

/** e^(x − max) of the vector `bytes` into the row. */
function power(f: FunctionBuilder, row: Local<"i32">, bytes: I32, max: Local<"v128">): Local<"v128"> {
  const shifted = f.local("v128", f32x4.sub(v128.load(i32.add(row, bytes)), max));
  return f.local("v128", exp(f, shifted));
}

const largest = (f: FunctionBuilder, row: Local<"i32">, length: number): Local<"v128"> =>
  fold(f, length, -Infinity, f32x4.max, (bytes) => v128.load(i32.add(row, bytes)));

export const softmax: KernelWriter<unknown> = ({ inputs: [input] }) => {
  const length = input.shape[input.shape.length - 1];
  return {
    algorithm: "rows",
    units: input.shape.slice(0, -1).reduce((a, b) => a * b, 1),
    key: JSON.stringify(["softmax", length]),
    write(f, { addresses: [x, y], begin, end }) {
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const row = f.local("i32", i32.add(x, i32.mul(unit, length * 4)));
        const target = f.local("i32", i32.add(y, i32.mul(unit, length * 4)));
        const max = largest(f, row, length);
        const sum = fold(f, length, 0, f32x4.add, (bytes, lanes) => {
          const value = power(f, row, bytes, max);
          f.storeLanes(i32.add(target, bytes), value, lanes);
          return value;
        });
        overRow(f, length, (bytes, lanes) => {
          const at = f.local("i32", i32.add(target, bytes));
          f.storeLanes(at, f32x4.div(v128.load(at), sum), lanes);
        });
      });
    },
  };
};

export const softmaxCrossEntropy: KernelWriter<unknown> = ({ inputs: [logits] }) => {
  const length = logits.shape[logits.shape.length - 1];
  return {
    algorithm: "rows",
    units: logits.shape.slice(0, -1).reduce((a, b) => a * b, 1),
    key: JSON.stringify(["softmaxCrossEntropy", length]),
    write(f, { addresses: [x, targets, losses], begin, end }) {
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const row = f.local("i32", i32.add(x, i32.mul(unit, length * 4)));
        const targetRow = f.local("i32", i32.add(targets, i32.mul(unit, length * 4)));
        const max = largest(f, row, length);
        const sum = fold(f, length, 0, f32x4.add, (bytes) => power(f, row, bytes, max));
        const logSum = f.local("v128", log(f, sum));
        /* −t · (x − max − log Σ) */
        const loss = fold(f, length, 0, f32x4.add, (bytes) => {
          const target = f.local("v128", v128.load(i32.add(targetRow, bytes)));
          const logit = v128.load(i32.add(row, bytes));
          return f32x4.mul(target, f32x4.sub(logSum, f32x4.sub(logit, max)));
        });
        f.storeF32(i32.add(losses, i32.mul(unit, 4)), f32.extractLane(loss, 0));
      });
    },
  };
};
