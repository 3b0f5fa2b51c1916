/** Arrays in another order of axes. */
import { type Shape, sizeOf, stridesOf } from "../../../core/shape.ts";

/** An array whose axis i is axis `order[i]` of `data`. */
export function relay(data: Float32Array, shape: Shape, order: readonly number[]): Float32Array {
  const from = stridesOf(shape);
  const target = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => from[axis]);
  const result = new Float32Array(sizeOf(target));
  const index = new Array<number>(target.length).fill(0);
  let at = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[at];
    for (let axis = target.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++index[axis] < target[axis]) break;
      at -= steps[axis] * target[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** [a, b, …] → […, b, a]: kernels of ONNX's convolutions as ours. */
export function kernelOrder(rank: number): number[] {
  return [...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1, 0];
}
