import { type Shape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/**
 * Uniform numbers in [0, 1): element e of sample s is half e mod 2 of threefry(key, ⌊e / 2⌋, s), its top 24 bits. They
 * depend on the key and the sample's number only, not on its place in the batch.
 */
export const randomUniformOp: Op<{ readonly shape: Shape }> = {
  name: "randomUniform",
  accepts: ["int32"],
  shape: ([, samples], { shape }) => [samples[0], ...shape],
  gradient: () => [null, null],
  flops: (_, output) => 40 * sizeOf(output),
};

/**
 * Uniform numbers in [0, 1), multiples of 2⁻²⁴: int32 [2], int32 [N] → [N, …shape].
 *
 * @param key two words that name the draw; a program gets new ones for every step
 * @param samples number of each sample in the whole data set
 */
export function randomUniform(key: Value, samples: Value, shape: Shape): Value {
  return apply(randomUniformOp, [key, samples], { shape });
}
