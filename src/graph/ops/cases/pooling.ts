import type { Shape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { averagePool } from "../average-pool.ts";
import type { OpName } from "../index.ts";
import { maxPool } from "../max-pool.ts";
import type { PoolOptions } from "../pool-params.ts";
import { type OpCase, x } from "./op-case.ts";

function poolCases(pool: (input: Value, options: PoolOptions) => Value): OpCase[] {
  const row = (name: string, shape: Shape, options: PoolOptions): OpCase => ({
    name,
    inputs: [x(shape, "distinct")],
    write: ([input]) => pool(input, options),
    terms: 9,
  });
  return [
    row("one lane short of a vector, odd size", [2, 5, 5, 3], { poolSize: 2 }),
    row("one lane over", [2, 6, 4, 5], { poolSize: 2 }),
    row("several blocks of channels", [1, 4, 4, 37], { poolSize: 2 }),
    row("prime sizes, overlapping windows", [3, 11, 7, 13], {
      poolSize: [3, 2],
      strides: [1, 2],
      padding: "same",
    }),
    row("window wider than the image", [1, 2, 2, 4], { poolSize: 5, strides: 1, padding: "same" }),
    row("one pixel", [1, 1, 1, 1], { poolSize: 1 }),
    row("explicit padding", [2, 5, 6, 4], {
      poolSize: 3,
      strides: 2,
      padding: [
        [1, 1],
        [0, 2],
      ],
    }),
    row("one spatial axis", [2, 9, 6], { poolSize: 3, strides: 2 }),
    row("three spatial axes", [2, 4, 5, 3, 5], { poolSize: 2, padding: "same" }),
  ];
}

const maxPoolTie: OpCase = {
  name: "equal values: the gradient goes to the first",
  inputs: [x([2, 6, 6, 5], { below: 3 })],
  write: ([input]) => maxPool(input, { poolSize: 3, strides: 2 }),
  hasTies: true,
};

export const poolingCases = {
  maxPool: [...poolCases(maxPool), maxPoolTie],
  maxPoolGradient: poolCases(maxPool).slice(0, 2),
  averagePool: poolCases(averagePool),
  averagePoolGradient: poolCases(averagePool).slice(0, 2),
} satisfies Partial<Record<OpName, readonly OpCase[]>>;
