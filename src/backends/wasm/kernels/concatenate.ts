/** Joins arrays along one axis. A unit is one row: everything in front of the axis. */

import { sizeOf } from "../../../core/shape.ts";
import { type I32, i32, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";

export const concatenate: KernelWriter<{ axis: number }> = ({ params: { axis }, inputs }) => {
  const runs = inputs.map(({ shape }) => sizeOf(shape.slice(axis)));
  const total = runs.reduce((a, b) => a + b, 0);
  return {
    algorithm: "rows",
    units: sizeOf(inputs[0].shape.slice(0, axis)),
    key: JSON.stringify(["concatenate", runs]),
    write(f, { addresses, begin, end }) {
      const output = addresses[inputs.length];
      const unit = f.local("i32");
      const bytes = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const target = f.local("i32", i32.add(output, i32.mul(unit, total * 4)));
        for (const [i, run] of runs.entries()) {
          const source = f.local("i32", i32.add(addresses[i], i32.mul(unit, run * 4)));
          const copy = (at: I32, lanes: number): void =>
            f.storeLanes(i32.add(target, at), v128.load(i32.add(source, at)), lanes);
          f.loop(bytes, 0, Math.floor(run / 4) * 16, 16, () => copy(bytes, 4));
          if (run % 4 > 0) copy(Math.floor(run / 4) * 16, run % 4);
          f.increase(target, run * 4);
        }
      });
    },
  };
};
