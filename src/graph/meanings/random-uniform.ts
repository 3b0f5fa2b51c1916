import { threefry, unitInterval } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Meaning } from "./meaning.ts";

export const randomUniform: Meaning<{ readonly shape: Shape }> = ({
  inputs: [key, samples],
  output,
  params: { shape },
}) => {
  const length = sizeOf(shape);
  for (let i = 0; i < output.length; i++) {
    const element = i % length;
    const words = threefry([key[0], key[1]], element >> 1, samples[Math.floor(i / length)]);
    output[i] = unitInterval(words[element % 2]);
  }
};
