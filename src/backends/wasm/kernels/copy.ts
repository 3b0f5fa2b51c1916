/** The same bytes in another place. A unit is 16 bytes. */
import { bytesPerElement, sizeOf } from "../../../core/shape.ts";
import { i32 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";

export const copy: KernelWriter<unknown> = ({ inputs: [{ shape, dtype }] }) => ({
  algorithm: "copy",
  units: Math.ceil((sizeOf(shape) * bytesPerElement[dtype]) / 16),
  key: "copy",
  write(f, { addresses: [source, target], begin, end }) {
    const from = f.local("i32", i32.mul(begin, 16));
    f.memoryCopy(i32.add(target, from), i32.add(source, from), i32.mul(i32.sub(end, begin), 16));
  },
});
