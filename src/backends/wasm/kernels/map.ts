/**
 * Element-wise chains and strided copies: output[i] = formula(operands[i]), four elements a vector.
 *
 * Axes that every operand walks through alike are joined. If one axis is left, a unit is one vector; the last may reach
 * into the padding behind the arrays. Otherwise a unit is one row of the last axis, whose rest of less than a vector is
 * written lane by lane.
 */
import { denseWalk, type MapParams, type Walk } from "../../../compiler/expression.ts";
import { bytesPerElement, type DType, type Shape, sizeOf } from "../../../core/shape.ts";
import { type FunctionBuilder, i32, type Local } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { loadAs, loadSplat, loadSpread, writeSteps } from "./formula.ts";

export interface Iteration {
  readonly shape: number[];
  /** Strides of each operand along the joined axes, in elements. */
  readonly strides: number[][];
}

/** Joins neighbouring axes that all walks pass through as one. */
export function joinAxes(shape: Shape, walks: readonly Walk[]): Iteration {
  const joined: Iteration = { shape: [], strides: walks.map(() => []) };
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const last = joined.shape.length - 1;
    const continues =
      last >= 0 && walks.every((walk, i) => joined.strides[i][last] === walk.strides[axis] * length);
    if (continues) {
      joined.shape[last] *= length;
      for (const [i, walk] of walks.entries()) joined.strides[i][last] = walk.strides[axis];
    } else {
      joined.shape.push(length);
      for (const [i, walk] of walks.entries()) joined.strides[i].push(walk.strides[axis]);
    }
  }
  if (joined.shape.length === 0) {
    joined.shape.push(1);
    for (const strides of joined.strides) strides.push(0);
  }
  return joined;
}

/** Reads elements of an operand along the last axis, given its stride there: four, or at least `lanes`. */
export function loadOperand(
  f: FunctionBuilder,
  dtype: DType,
  pointer: Local<"i32">,
  stride: number,
  lanes = 4,
): Local<"v128"> {
  if (stride === 0) return f.local("v128", loadSplat(dtype, pointer));
  if (stride === 1) return f.local("v128", loadAs(dtype, pointer));
  return f.local("v128", loadSpread(f, dtype, pointer, stride * bytesPerElement[dtype], lanes));
}

export const map: KernelWriter<MapParams> = ({ params, inputs }) => {
  const { operands, steps, results } = params;
  const dense = denseWalk(params.shape);
  const { shape, strides } = joinAxes(params.shape, [...operands, dense]);
  const dtypes = inputs.map((input) => input.dtype);
  const inner = shape[shape.length - 1];
  const isFlat = shape.length === 1 && strides.every(([stride]) => stride <= 1);
  if (shape.length === 1 && !isFlat) {
    shape.unshift(1);
    for (const walk of strides) walk.unshift(0);
  }
  const rows = sizeOf(shape.slice(0, -1));
  const bytes = dtypes.map((dtype) => bytesPerElement[dtype]);
  /* The code is the same for any length of the outermost axis. */
  const sizes = isFlat ? [] : shape.slice(1);
  const offsets = operands.map(({ offset }, i) => offset * bytes[i]);
  return {
    algorithm: steps.length > 0 ? "element-wise" : "copy",
    units: isFlat ? Math.ceil(inner / 4) : rows,
    key: JSON.stringify(["map", sizes, isFlat, strides, offsets, dtypes, steps, results]),
    write(f, { addresses, begin, end }) {
      const starts = inputs.map((_, i) => i32.add(addresses[i], offsets[i]));
      const targets = addresses.slice(inputs.length);
      const pointers = inputs.map(() => f.local("i32"));
      const outPointers = targets.map(() => f.local("i32"));
      const lastAxis = shape.length - 1;
      const vector = (lanes: number): void => {
        const values = pointers.map((pointer, i) =>
          loadOperand(f, dtypes[i], pointer, strides[i][lastAxis], lanes),
        );
        const argument = writeSteps(f, steps, values);
        for (const [i, result] of results.entries()) f.storeLanes(outPointers[i], argument(result), lanes);
      };
      const advance = (): void => {
        for (const [i, pointer] of pointers.entries())
          f.increase(pointer, strides[i][lastAxis] * bytes[i] * 4);
        for (const pointer of outPointers) f.increase(pointer, 16);
      };
      if (isFlat) {
        for (const [i, pointer] of pointers.entries()) {
          pointer.set(i32.add(starts[i], i32.mul(begin, strides[i][0] * bytes[i] * 4)));
        }
        for (const [i, pointer] of outPointers.entries())
          pointer.set(i32.add(targets[i], i32.mul(begin, 16)));
        f.repeat(i32.sub(end, begin), () => {
          vector(4);
          advance();
        });
        return;
      }
      const row = f.local("i32");
      f.loop(row, begin, end, 1, () => {
        const indices = unravel(f, row, shape.slice(0, -1));
        for (const [i, pointer] of pointers.entries()) {
          pointer.set(
            indices.reduce(
              (sum, index, axis) => i32.add(sum, i32.mul(index, strides[i][axis] * bytes[i])),
              starts[i],
            ),
          );
        }
        for (const [i, pointer] of outPointers.entries())
          pointer.set(i32.add(targets[i], i32.mul(row, inner * 4)));
        f.repeat(Math.floor(inner / 4), () => {
          vector(4);
          advance();
        });
        if (inner % 4 > 0) vector(inner % 4);
      });
    },
  };
};

/** The index along each axis of a row-major position; the outermost may be any length. */
export function unravel(
  f: FunctionBuilder,
  position: Local<"i32">,
  shape: readonly number[],
): Local<"i32">[] {
  const indices: Local<"i32">[] = [];
  let rest: Local<"i32"> = position;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const quotient = f.local("i32", i32.divU(rest, shape[axis]));
    indices.unshift(f.local("i32", i32.sub(rest, i32.mul(quotient, shape[axis]))));
    rest = quotient;
  }
  return [rest, ...indices];
}
