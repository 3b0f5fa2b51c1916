/** Rows by number, and rows added back to where they came from. */
import { sizeOf } from "../../../core/shape.ts";
import { type FunctionBuilder, f32x4, type I32, i32, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";

function writeVectors(f: FunctionBuilder, target: I32, length: number, value: (bytes: I32) => V128): void {
  const bytes = f.local("i32");
  const whole = Math.floor(length / 4) * 16;
  f.loop(bytes, 0, whole, 16, () => f.storeV128(i32.add(target, bytes), value(bytes)));
  if (length % 4 > 0) f.storeLanes(i32.add(target, whole), value(whole), length % 4);
}

/** A unit is one row of the result. */
export const gather: KernelWriter<unknown> = ({ inputs: [rows, indices] }) => {
  const length = sizeOf(rows.shape.slice(1));
  return {
    algorithm: "rows",
    units: sizeOf(indices.shape),
    numbers: [rows.shape[0]],
    key: JSON.stringify(["gather", length]),
    write(f, { addresses: [source, numbers, output], numbers: [rowCount], begin, end }) {
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const row = f.local("i32", i32.load(i32.add(numbers, i32.mul(unit, 4))));
        const from = f.local("i32", i32.add(source, i32.mul(row, length * 4)));
        const target = f.local("i32", i32.add(output, i32.mul(unit, length * 4)));
        f.if(
          i32.ltU(row, rowCount),
          () => writeVectors(f, target, length, (bytes) => v128.load(i32.add(from, bytes))),
          () => writeVectors(f, target, length, () => v128.zero),
        );
      });
    },
  };
};

/** A unit is four columns of all rows, so that each sum runs in the order of the indices. */
export const scatterAdd: KernelWriter<{ rows: number }> = ({
  params: { rows },
  inputs: [values, indices],
}) => {
  const count = sizeOf(indices.shape);
  const length = sizeOf(values.shape) / count;
  const blocks = Math.ceil(length / 4);
  return {
    algorithm: "columns",
    units: blocks,
    numbers: [count, rows],
    key: JSON.stringify(["scatterAdd", length]),
    write(f, { addresses: [source, numbers, output], numbers: [countNow, rowCount], begin, end }) {
      const unit = f.local("i32");
      const i = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const column = f.local("i32", i32.mul(unit, 16));
        const at = (base: I32, row: I32): I32 => i32.add(i32.add(base, i32.mul(row, length * 4)), column);
        const scatter = (lanes: number): void => {
          f.loop(i, 0, rowCount, 1, () => f.storeLanes(at(output, i), v128.zero, lanes));
          f.loop(i, 0, countNow, 1, () => {
            const row = f.local("i32", i32.load(i32.add(numbers, i32.mul(i, 4))));
            f.if(i32.ltU(row, rowCount), () => {
              const target = f.local("i32", at(output, row));
              f.storeLanes(target, f32x4.add(v128.load(target), v128.load(at(source, i))), lanes);
            });
          });
        };
        const rest = length - (blocks - 1) * 4;
        if (rest === 4) scatter(4);
        else
          f.if(
            i32.eq(unit, blocks - 1),
            () => scatter(rest),
            () => scatter(4),
          );
      });
    },
  };
};
