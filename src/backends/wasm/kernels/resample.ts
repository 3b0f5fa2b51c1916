/**
 * Weighted sums of rows along an axis: output[…, o, …] = Σ weight · input[…, row, …], in the order of the taps, four
 * numbers behind the axis a vector. Which taps each row has stands in a table (graph/ops/resample.ts), so that the code is
 * the same for all. Up to four taps are read side by side; more in a loop. A unit is one row of the result.
 */
import { sizeOf } from "../../../core/shape.ts";
import { mostTaps, type ResampleParams } from "../../../graph/ops/resample.ts";
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
import { forEachLanes } from "./max-pool.ts";

/** Taps that are worth code of their own. */
const mostUnrolled = 4;
const tapBytes = 8;

export const resample: KernelWriter<ResampleParams> = ({ params: { axis, rows }, inputs: [input] }) => {
  const length = input.shape[axis];
  const inner = sizeOf(input.shape.slice(axis + 1));
  const most = mostTaps(rows);
  const copies = rows.every((taps) => taps.length <= 1 && taps.every(([, weight]) => weight === 1));
  return {
    algorithm: copies ? "rows copied" : `rows, up to ${most} taps`,
    units: sizeOf(input.shape.slice(0, axis)) * rows.length,
    key: JSON.stringify(["resample", length, rows.length, inner, most, copies]),
    write(f, { addresses: [image, table, output], begin, end }) {
      const rowBytes = inner * 4;
      const tableBytes = (1 + 2 * most) * 4;
      const block = f.local("i32", i32.divU(begin, rows.length));
      const o = f.local("i32", i32.sub(begin, i32.mul(block, rows.length)));
      const source = f.local("i32", i32.add(image, i32.mul(block, length * rowBytes)));
      const taps = f.local("i32", i32.add(table, i32.mul(o, tableBytes)));
      const target = f.local("i32", i32.add(output, i32.mul(begin, rowBytes)));
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const count = f.local("i32", i32.truncF32(f32.load(taps)));
        writeRow(f, { source, taps, target, count, inner, most, copies });
        f.increase(target, rowBytes);
        f.increase(taps, tableBytes);
        f.increase(o, 1);
        f.if(i32.eq(o, rows.length), () => {
          o.set(0);
          taps.set(table);
          f.increase(source, length * rowBytes);
        });
      });
    },
  };
};

interface Row {
  readonly source: Local<"i32">;
  readonly taps: Local<"i32">;
  readonly target: Local<"i32">;
  readonly count: Local<"i32">;
  readonly inner: number;
  readonly most: number;
  readonly copies: boolean;
}

function writeRow(f: FunctionBuilder, { source, taps, target, count, inner, most, copies }: Row): void {
  const pointerOf = (at: I32, offset: number): I32 =>
    i32.add(source, i32.mul(i32.truncF32(f32.load(at, offset)), inner * 4));
  const write = (value: (bytes: I32) => V128): void =>
    forEachLanes(f, inner, (bytes, lanes) => f.storeLanes(i32.add(target, bytes), value(bytes), lanes));
  const writeTaps = (taken: number): void => {
    const pointers = Array.from({ length: taken }, (_, t) =>
      f.local("i32", pointerOf(taps, 4 + t * tapBytes)),
    );
    const weights = pointers.map((_, t) => f.local("v128", v128.load32Splat(taps, 8 + t * tapBytes)));
    write((bytes) => {
      const values = pointers.map((pointer) => v128.load(i32.add(pointer, bytes)));
      if (copies) return values[0] ?? v128.zero;
      const products = values.map((value, t) => f32x4.mul(value, weights[t]));
      return products.length === 0 ? v128.zero : products.reduce(f32x4.add);
    });
  };
  /* Fewer taps than the row with most are told apart; the last needs no test. */
  const choose = (taken: number): void => {
    if (taken === most) writeTaps(taken);
    else
      f.if(
        i32.eq(count, taken),
        () => writeTaps(taken),
        () => choose(taken + 1),
      );
  };
  if (most <= mostUnrolled) choose(0);
  else {
    write((bytes) => {
      const sum = f.local("v128", v128.zero);
      const at = f.local("i32", taps);
      f.repeat(count, () => {
        const value = v128.load(i32.add(pointerOf(at, 4), bytes));
        sum.set(f32x4.add(sum, f32x4.mul(value, v128.load32Splat(at, 8))));
        f.increase(at, tapBytes);
      });
      return sum;
    });
  }
}
