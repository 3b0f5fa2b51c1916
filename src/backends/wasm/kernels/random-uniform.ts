/**
 * Threefry-2×32 for four counters at once: eight numbers in [0, 1). A unit is one sample; the words of a counter are
 * the elements 2i and 2i + 1 of that sample.
 *
 * @see core/random.ts for the generator
 */
import { type Shape, sizeOf } from "../../../core/shape.ts";
import { type FunctionBuilder, f32x4, i32, i32x4, type Local, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/** Turns counters into random words, in place. */
function threefry4(
  f: FunctionBuilder,
  key: readonly Local<"v128">[],
  x0: Local<"v128">,
  x1: Local<"v128">,
): void {
  x0.set(i32x4.add(x0, key[0]));
  x1.set(i32x4.add(x1, key[1]));
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    x0.set(i32x4.add(x0, x1));
    x1.set(v128.xor(v128.or(i32x4.shl(x1, rotation), i32x4.shrU(x1, 32 - rotation)), x0));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0.set(i32x4.add(x0, key[injection % 3]));
      x1.set(i32x4.add(i32x4.add(x1, key[(injection + 1) % 3]), i32x4.splat(injection)));
    }
  }
  for (const word of [x0, x1]) {
    const unit: V128 = f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(word, 8)), f32x4.const(1 / 16777216));
    word.set(f.local("v128", unit));
  }
}

export const randomUniform: KernelWriter<{ shape: Shape }> = ({ params: { shape }, inputs: [, samples] }) => {
  const length = sizeOf(shape);
  return {
    algorithm: "threefry 4 lanes",
    units: samples.shape[0],
    key: JSON.stringify(["randomUniform", length]),
    write(f, { addresses: [keyAddress, sampleNumbers, output], begin, end }) {
      const key = [0, 4].map((offset) => f.local("v128", v128.load32Splat(keyAddress, offset)));
      key.push(f.local("v128", v128.xor(v128.xor(key[0], key[1]), i32x4.splat(0x1bd11bda))));
      const unit = f.local("i32");
      const element = f.local("i32");
      const x0 = f.local("v128");
      const x1 = f.local("v128");
      const target = f.local("i32", i32.add(output, i32.mul(begin, length * 4)));
      f.loop(unit, begin, end, 1, () => {
        const sample = f.local("v128", v128.load32Splat(i32.add(sampleNumbers, i32.mul(unit, 4))));
        const write = (count: number): void => {
          x0.set(i32x4.add(i32x4.splat(i32.divU(element, 2)), i32x4.const([0, 1, 2, 3])));
          x1.set(sample);
          threefry4(f, key, x0, x1);
          f.storeLanes(target, f32x4.shuffle(x0, x1, [0, 4, 1, 5]), count);
          if (count > 4) f.storeLanes(target, f32x4.shuffle(x0, x1, [2, 6, 3, 7]), count - 4, 16);
          f.increase(target, count * 4);
        };
        f.loop(element, 0, Math.floor(length / 8) * 8, 8, () => write(8));
        if (length % 8 > 0) write(length % 8);
      });
    },
  };
};
