/** Surrounds an array with a constant. A unit is one row of the last axis of the result. */
import { type Shape, sizeOf } from "../../../core/shape.ts";
import type { PadParams } from "../../../graph/ops/pad.ts";
import { type FunctionBuilder, f32x4, type I32, i32, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { unravel } from "./map.ts";

/** Joins the last axes that are not padded: they are copied as one. */
function joined(shape: Shape, { before, after }: PadParams) {
  let inner = shape.length - 1;
  while (inner > 0 && before[inner] === 0 && after[inner] === 0) inner--;
  const tail = sizeOf(shape.slice(inner + 1));
  const outer = <T>(list: readonly T[]) => list.slice(0, inner);
  return {
    shape: [...outer(shape), shape[inner] * tail],
    before: [...outer(before), before[inner] * tail],
    after: [...outer(after), after[inner] * tail],
  };
}

/** Writes `count` numbers, four at a time. */
function writeRun(f: FunctionBuilder, target: I32, count: number, value: (bytes: I32) => V128): void {
  const bytes = f.local("i32");
  f.loop(bytes, 0, Math.floor(count / 4) * 16, 16, () => f.storeV128(i32.add(target, bytes), value(bytes)));
  const done = Math.floor(count / 4) * 16;
  if (count % 4 > 0) f.storeLanes(i32.add(target, done), value(done), count % 4);
}

export const pad: KernelWriter<PadParams> = ({ params, inputs: [input] }) => {
  const { shape, before, after } = joined(input.shape, params);
  const outShape = shape.map((length, axis) => length + before[axis] + after[axis]);
  const last = shape.length - 1;
  const inner = shape[last];
  return {
    algorithm: "rows",
    units: sizeOf(outShape.slice(0, -1)),
    key: JSON.stringify(["pad", shape, before, after, params.value]),
    write(f, { addresses: [source, output], begin, end }) {
      const constant = (): V128 => f32x4.const(params.value);
      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const target = f.local("i32", i32.add(output, i32.mul(unit, outShape[last] * 4)));
        const indices = last === 0 ? [] : unravel(f, unit, outShape.slice(0, -1));
        const row = f.local("i32", 0);
        const outside = f.local("i32", 0);
        for (const [axis, index] of indices.entries()) {
          const at = f.local("i32", i32.sub(index, before[axis]));
          outside.set(i32.or(outside, i32.geU(at, shape[axis])));
          row.set(i32.add(i32.mul(row, shape[axis]), at));
        }
        f.if(
          outside,
          () => writeRun(f, target, outShape[last], constant),
          () => {
            writeRun(f, target, before[last], constant);
            const from = f.local("i32", i32.add(source, i32.mul(row, inner * 4)));
            writeRun(f, i32.add(target, before[last] * 4), inner, (bytes) => v128.load(i32.add(from, bytes)));
            writeRun(f, i32.add(target, (before[last] + inner) * 4), after[last], constant);
          },
        );
      });
    },
  };
};
