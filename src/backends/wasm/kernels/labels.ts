/** Class numbers as vectors of 0 and 1, and the position of the largest number of a row. A unit is one row. */
import { sizeOf } from "../../../core/shape.ts";
import { f32, f32x4, type I32, i32, i32x4, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";

export const oneHot: KernelWriter<{ classes: number }> = ({ params: { classes }, inputs: [labels] }) => {
  const { dtype } = labels;
  const bytes = dtype === "uint8" ? 1 : 4;
  return {
    algorithm: "rows",
    units: sizeOf(labels.shape),
    key: JSON.stringify(["oneHot", classes, dtype]),
    write(f, { addresses: [source, output], begin, end }) {
      const unit = f.local("i32");
      const first = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const address = i32.add(source, i32.mul(unit, bytes));
        const label = dtype === "uint8" ? i32x4.splat(i32.load8U(address)) : v128.load32Splat(address);
        const asFloat = dtype === "float32" ? label : f32x4.convertI32x4S(label);
        const wanted = f.local("v128", asFloat);
        const target = f.local("i32", i32.add(output, i32.mul(unit, classes * 4)));
        const write = (position: I32, lanes: number): void => {
          const classNumbers = f32x4.convertI32x4S(
            i32x4.add(i32x4.splat(position), i32x4.const([0, 1, 2, 3])),
          );
          const hot = v128.and(f32x4.eq(classNumbers, wanted), f32x4.const(1));
          f.storeLanes(i32.add(target, i32.mul(position, 4)), hot, lanes);
        };
        f.loop(first, 0, Math.floor(classes / 4) * 4, 4, () => write(first, 4));
        if (classes % 4 > 0) write(Math.floor(classes / 4) * 4, classes % 4);
      });
    },
  };
};

export const argMax: KernelWriter<unknown> = ({ inputs: [input] }) => {
  const length = input.shape[input.shape.length - 1];
  return {
    algorithm: "rows",
    units: sizeOf(input.shape.slice(0, -1)),
    key: JSON.stringify(["argMax", length]),
    write(f, { addresses: [source, output], begin, end }) {
      const unit = f.local("i32");
      const i = f.local("i32");
      const best = f.local("i32");
      const largest = f.local("f32");
      f.loop(unit, begin, end, 1, () => {
        const row = f.local("i32", i32.add(source, i32.mul(unit, length * 4)));
        best.set(0);
        largest.set(f32.load(row));
        f.loop(i, 1, length, 1, () => {
          const value = f.local("f32", f32.load(i32.add(row, i32.mul(i, 4))));
          f.if(f32.gt(value, largest), () => {
            largest.set(value);
            best.set(i);
          });
        });
        f.storeI32(i32.add(output, i32.mul(unit, 4)), best);
      });
    },
  };
};
