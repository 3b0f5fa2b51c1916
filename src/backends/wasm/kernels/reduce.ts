/**
 * Sums and maxima of element-wise formulas along some axes.
 *
 * If the last axis is kept, a unit is one block of four vectors of it: each lane has one accumulator that runs over the
 * reduced axes in order. If the last axis is reduced, a unit is one result: four vectors of partial results, taken
 * turns, are joined in the order ((0 + 1) + (2 + 3)), then lane by lane likewise. Both orders follow from the shape only.
 */
import type { ReduceMapParams } from "../../../compiler/expression.ts";
import { bytesPerElement, sizeOf } from "../../../core/shape.ts";
import { type FunctionBuilder, f32, f32x4, i32, type Local, type V128, v128 } from "../assembler.ts";
import type { KernelWriter } from "../kernel.ts";
import { writeSteps } from "./formula.ts";
import { joinAxes, loadOperand, unravel } from "./map.ts";

const blockVectors = 4;

interface Axis {
  readonly length: number;
  /** Bytes each operand moves on. */
  readonly bytes: readonly number[];
}

interface Joined {
  readonly kept: Axis[];
  readonly reduced: Axis[];
  /** The last axis, which vectors run along, and whether it is reduced. */
  readonly inner: Axis;
  readonly innerIsReduced: boolean;
  readonly innerStrides: readonly number[];
}

function join({ shape, operands, axes }: ReduceMapParams, elementBytes: readonly number[]): Joined {
  /* A walk that only keeps reduced and kept axes from being joined. */
  const marker = { strides: shape.map((_, axis) => (axes.includes(axis) ? Infinity : 0)), offset: 0 };
  const { shape: lengths, strides } = joinAxes(shape, [...operands, marker]);
  const reducedFlags = strides[operands.length].map((stride) => stride === Infinity);
  const joined = lengths.map((length, axis) => ({
    length,
    bytes: operands.map((_, i) => strides[i][axis] * elementBytes[i]),
  }));
  const last = joined.length - 1;
  return {
    kept: joined.filter((_, axis) => axis < last && !reducedFlags[axis]),
    reduced: joined.filter((_, axis) => axis < last && reducedFlags[axis]),
    inner: joined[last],
    innerIsReduced: reducedFlags[last],
    innerStrides: operands.map((_, i) => strides[i][last]),
  };
}

/** What the code depends on: the outermost kept and reduced axes may be of any length. */
function withoutOuterLengths({ kept, reduced, ...rest }: Joined): object {
  const bytesOnly = (axes: readonly Axis[]) =>
    axes.map(({ length, bytes }, i) => (i === 0 ? bytes : [length, bytes]));
  return { kept: bytesOnly(kept), reduced: bytesOnly(reduced), ...rest };
}

export const reduce: KernelWriter<ReduceMapParams> = ({ params, inputs }) => {
  const dtypes = inputs.map(({ dtype }) => dtype);
  const elementBytes = dtypes.map((dtype) => bytesPerElement[dtype]);
  const joined = join(params, elementBytes);
  const { kept, reduced, inner, innerIsReduced, innerStrides } = joined;
  const { steps, results, operands, reduction } = params;
  const rows = sizeOf(kept.map((axis) => axis.length));
  const blocks = innerIsReduced ? 1 : Math.ceil(inner.length / (4 * blockVectors));
  const combine = reduction === "sum" ? f32x4.add : f32x4.max;
  const neutral = f32x4.const(reduction === "sum" ? 0 : -Infinity);

  return {
    algorithm: innerIsReduced ? "reduce rows" : "reduce columns",
    units: rows * blocks,
    numbers: [reduced[0]?.length ?? 1],
    key: JSON.stringify([
      "reduce",
      withoutOuterLengths(joined),
      blocks,
      dtypes,
      operands.map(({ offset }) => offset),
      steps,
      results,
      reduction,
    ]),
    write(f, { addresses, numbers: [outerReduced], begin, end }) {
      const output = addresses[inputs.length];
      const pointers = inputs.map(() => f.local("i32"));
      const value = (lanes: number): V128 => {
        const values = pointers.map((pointer, i) =>
          loadOperand(f, dtypes[i], pointer, innerStrides[i], lanes),
        );
        return writeSteps(f, steps, values)(results[0]);
      };
      const moveBy = (bytes: readonly number[]): void => {
        for (const [i, pointer] of pointers.entries()) f.increase(pointer, bytes[i]);
      };
      const overReduced = (body: () => void, depth = 0): void => {
        if (depth === reduced.length) {
          body();
          return;
        }
        const { length, bytes } = reduced[depth];
        f.repeat(depth === 0 ? outerReduced : length, () => {
          overReduced(body, depth + 1);
          moveBy(bytes);
        });
        if (depth > 0) moveBy(bytes.map((step) => -step * length));
      };
      const vectorBytes = inner.bytes.map((step) => step * 4);

      const unit = f.local("i32");
      f.loop(unit, begin, end, 1, () => {
        const row = blocks === 1 ? unit : f.local("i32", i32.divU(unit, blocks));
        const block = blocks === 1 ? 0 : f.local("i32", i32.sub(unit, i32.mul(row, blocks)));
        const indices = unravel(f, row, kept.length > 0 ? kept.map((axis) => axis.length) : [1]);
        for (const [i, pointer] of pointers.entries()) {
          const start = i32.add(addresses[i], operands[i].offset * elementBytes[i]);
          const ofRow = kept.reduce(
            (sum, { bytes }, axis) => i32.add(sum, i32.mul(indices[axis], bytes[i])),
            start,
          );
          pointer.set(i32.add(ofRow, i32.mul(block, inner.bytes[i] * 4 * blockVectors)));
        }
        if (innerIsReduced) {
          f.storeF32(i32.add(output, i32.mul(row, 4)), reduceRow(f, inner.length));
          return;
        }
        const target = f.local("i32", i32.add(i32.mul(row, inner.length * 4), output));
        f.increase(target, i32.mul(block, 16 * blockVectors));
        const columns = (lanes: number): void => {
          const vectors = Math.ceil(lanes / 4);
          const sums = f.locals4(vectors, neutral);
          overReduced(() => {
            for (const [v, sum] of sums.entries()) {
              sum.set(combine(sum, value(Math.min(4, lanes - v * 4))));
              moveBy(vectorBytes);
            }
            moveBy(vectorBytes.map((step) => -step * vectors));
          });
          for (const [v, sum] of sums.entries()) f.storeLanes(target, sum, lanes - v * 4, v * 16);
        };
        const rest = inner.length - (blocks - 1) * 4 * blockVectors;
        if (blocks === 1) columns(rest);
        else
          f.if(
            i32.eq(block, blocks - 1),
            () => columns(rest),
            () => columns(4 * blockVectors),
          );
      });

      function reduceRow(f: FunctionBuilder, length: number) {
        const sums: Local<"v128">[] = f.locals4(length >= 16 ? 4 : 1, neutral);
        overReduced(() => {
          f.repeat(Math.floor(length / (4 * sums.length)), () => {
            for (const sum of sums) {
              sum.set(combine(sum, value(4)));
              moveBy(vectorBytes);
            }
          });
          const rest = length % (4 * sums.length);
          for (let done = 0; done < rest; done += 4) {
            const lanes = Math.min(4, rest - done);
            const masked =
              lanes === 4 ? value(4) : v128.bitselect(value(lanes), neutral, v128.firstLanes(lanes));
            sums[0].set(combine(sums[0], masked));
            moveBy(vectorBytes);
          }
          const vectors = Math.floor(length / (4 * sums.length)) * sums.length + Math.ceil(rest / 4);
          moveBy(vectorBytes.map((step) => -step * vectors));
        });
        if (sums.length === 4) {
          sums[0].set(combine(combine(sums[0], sums[1]), combine(sums[2], sums[3])));
        }
        const pairs = f.local("v128", combine(sums[0], f32x4.shuffle(sums[0], sums[0], [1, 0, 3, 2])));
        return f32.extractLane(combine(pairs, f32x4.shuffle(pairs, pairs, [2, 3, 0, 1])), 0);
      }
    },
  };
};
