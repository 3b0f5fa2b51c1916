import { apply, type Value } from "../../graph.ts";
import {
  type AffineTransformParams,
  affineTransform,
  affineTransformGradientOp,
} from "../affine-transform.ts";
import { type OpCase, x } from "./op-case.ts";

/** A turn by a third of a radian with some zoom and shear, and another map that reaches far outside. No ties. */
const maps = new Float32Array([
  0.8973, -0.3119, 0.7717, 0.3347, 1.0391, -1.1353, 2.0719, 0.1313, -7.3171, -0.2137, -1.9173, 11.4391,
]);

const mapped = (input: Value, params: Partial<AffineTransformParams>): Value =>
  affineTransform(input, input.graph.constant(maps, [2, 6]), params);

export const affineTransformCases: {
  readonly affineTransform: readonly OpCase[];
  readonly affineTransformGradient: readonly OpCase[];
} = {
  affineTransform: [
    {
      name: "mirrored, one channel",
      inputs: [x([2, 7, 6, 1])],
      write: ([a]) => mapped(a, { fillMode: "reflect" }),
      terms: 20,
    },
    {
      name: "again and again, channels one over a vector",
      inputs: [x([2, 5, 8, 5])],
      write: ([a]) => mapped(a, { fillMode: "wrap" }),
      terms: 20,
    },
    {
      name: "a value outside, another size",
      inputs: [x([2, 6, 5, 3])],
      write: ([a]) => mapped(a, { fillMode: "constant", fillValue: -1.5, height: 4, width: 9 }),
      terms: 20,
    },
    {
      name: "a value outside, one channel",
      inputs: [x([2, 5, 5, 1])],
      write: ([a]) => mapped(a, { fillMode: "constant", fillValue: 2 }),
      terms: 20,
    },
    {
      name: "the border goes on, whole vectors",
      inputs: [x([2, 5, 4, 8])],
      write: ([a]) => mapped(a, { fillMode: "nearest" }),
      terms: 20,
    },
    {
      name: "nearest pixels",
      inputs: [x([2, 6, 7, 1])],
      write: ([a]) => mapped(a, { fillMode: "reflect", interpolation: "nearest" }),
      terms: 20,
    },
    {
      name: "nearest pixels, channels",
      inputs: [x([2, 6, 7, 6])],
      write: ([a]) =>
        mapped(a, { fillMode: "constant", fillValue: 3, interpolation: "nearest", height: 3, width: 3 }),
      terms: 20,
    },
    {
      name: "one pixel",
      inputs: [x([2, 1, 1, 2])],
      write: ([a]) => mapped(a, { fillMode: "reflect", height: 3, width: 2 }),
      terms: 20,
    },
  ],
  affineTransformGradient: [
    {
      name: "seven channels",
      inputs: [x([2, 4, 9, 7])],
      write: ([a]) =>
        apply(affineTransformGradientOp, [a, a.graph.constant(maps, [2, 6])], {
          height: 4,
          width: 9,
          inH: 6,
          inW: 5,
          fillMode: "constant",
          fillValue: 4,
          interpolation: "bilinear",
        }),
      terms: 20,
    },
  ],
};
