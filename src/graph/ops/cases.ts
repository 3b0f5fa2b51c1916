import { affineTransformCases } from "./cases/affine-transform.ts";
import { convolutionCases } from "./cases/convolution.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { type OpCase, x } from "./cases/op-case.ts";
import { poolingCases } from "./cases/pooling.ts";
import { resampleCases } from "./cases/resample.ts";
import { concatenate } from "./concatenate.ts";
import * as elementwise from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { hostPoint } from "./host-point.ts";
import type { OpName } from "./index.ts";
import { argMax, oneHot } from "./labels.ts";
import { matMul } from "./mat-mul.ts";
import { pad, slice } from "./pad.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduceMax, reduceMean } from "./reduce-max.ts";
import { broadcastTo, reduceSum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";
import { softmax, softmaxCrossEntropy } from "./softmax.ts";
import { stopGradient } from "./stop-gradient.ts";
import { transpose } from "./transpose.ts";

export const opCases: Record<OpName, readonly OpCase[]> = {
  ...elementwiseCases,
  ...convolutionCases,
  ...poolingCases,
  ...affineTransformCases,
  ...resampleCases,
  reduceSum: [
    { name: "all", inputs: [x([7, 13])], write: ([a]) => reduceSum(a), terms: 91 },
    { name: "last axis", inputs: [x([5, 18])], write: ([a]) => reduceSum(a, { axes: 1 }), terms: 18 },
    { name: "first axis", inputs: [x([18, 21])], write: ([a]) => reduceSum(a, { axes: 0 }), terms: 18 },
    {
      name: "positions of a map",
      inputs: [x([3, 4, 5, 6])],
      write: ([a]) => reduceSum(a, { axes: [0, 1, 2] }),
      terms: 60,
    },
    {
      name: "middle axes, kept",
      inputs: [x([3, 4, 5, 6])],
      write: ([a]) => reduceSum(a, { axes: [1, 2], keepDims: true }),
      terms: 20,
    },
    {
      name: "alternating axes",
      inputs: [x([3, 4, 5, 6])],
      write: ([a]) => reduceSum(a, { axes: [1, 3] }),
      terms: 24,
    },
    {
      name: "in two rounds",
      inputs: [x([64, 30, 20])],
      write: ([a]) => reduceSum(a, { axes: [0, 1] }),
      terms: 1920,
    },
    {
      name: "of a formula",
      inputs: [x([40, 70]), x([70])],
      write: ([a, b]) => reduceSum(elementwise.square(elementwise.subtract(a, b)), { axes: 1 }),
      terms: 70,
    },
  ],
  reduceMax: [
    { name: "last axis", inputs: [x([5, 19], "distinct")], write: ([a]) => reduceMax(a, { axes: 1 }) },
    { name: "first axis", inputs: [x([6, 21], "distinct")], write: ([a]) => reduceMax(a, { axes: 0 }) },
    {
      name: "mean, for the same options",
      inputs: [x([6, 5])],
      write: ([a]) => reduceMean(a, { axes: 0 }),
      terms: 6,
    },
  ],
  broadcastTo: [
    { name: "a row to a matrix", inputs: [x([1, 7])], write: ([a]) => broadcastTo(a, [5, 7]), terms: 5 },
    { name: "outer axes", inputs: [x([3])], write: ([a]) => broadcastTo(a, [2, 4, 3]), terms: 8 },
  ],
  reshape: [
    {
      name: "before and after other ops",
      inputs: [x([2, 6])],
      write: ([a]) => elementwise.multiply(reshape(elementwise.square(a), [3, 4]), 2),
    },
  ],
  transpose: [
    { name: "matrix", inputs: [x([5, 7])], write: ([a]) => transpose(a, [1, 0]) },
    { name: "channels to the front", inputs: [x([2, 3, 5, 4])], write: ([a]) => transpose(a, [0, 3, 1, 2]) },
  ],
  pad: [
    {
      name: "around images",
      inputs: [x([2, 3, 4, 5])],
      write: ([a]) => pad(a, { before: [0, 1, 2, 0], after: [0, 2, 1, 0] }),
    },
    {
      name: "every axis, a value",
      inputs: [x([3, 5])],
      write: ([a]) => pad(a, { before: [1, 3], after: [2, 1], value: -1.5 }),
    },
  ],
  slice: [
    {
      name: "a block",
      inputs: [x([4, 5, 6])],
      write: ([a]) => slice(a, { start: [1, 0, 2], size: [2, 5, 3] }),
    },
    { name: "the tail of a vector", inputs: [x([11])], write: ([a]) => slice(a, { start: [4], size: [7] }) },
  ],
  concatenate: [
    { name: "channels", inputs: [x([2, 3, 3]), x([2, 3, 5])], write: ([a, b]) => concatenate([a, b]) },
    {
      name: "batch, three",
      inputs: [x([2, 5]), x([1, 5]), x([3, 5])],
      write: ([a, b, c]) => concatenate([a, b, c], { axis: 0 }),
    },
  ],
  gather: [
    {
      name: "rows, some twice",
      inputs: [x([5, 7]), x([9], { below: 5 }, "int32")],
      write: ([a, i]) => gather(a, i),
      terms: 9,
    },
  ],
  scatterAdd: [
    {
      name: "rows, some twice",
      inputs: [x([9, 6]), x([9], { below: 4 }, "int32")],
      write: ([a, i]) => scatterAdd(a, i, 4),
      terms: 9,
    },
  ],
  oneHot: [
    {
      name: "int32",
      inputs: [x([7], { below: 10 }, "int32")],
      write: ([a]) => oneHot(a, 10),
      constant: true,
    },
    { name: "bytes", inputs: [x([5], { below: 3 }, "uint8")], write: ([a]) => oneHot(a, 3), constant: true },
  ],
  argMax: [
    { name: "rows", inputs: [x([9, 10])], write: ([a]) => elementwise.cast(argMax(a)), constant: true },
  ],
  matMul: [
    { name: "exact tiles", inputs: [x([8, 12]), x([12, 16])], write: ([a, b]) => matMul(a, b), terms: 16 },
    {
      name: "rests everywhere",
      inputs: [x([7, 13]), x([13, 11])],
      write: ([a, b]) => matMul(a, b),
      terms: 13,
    },
    { name: "one row", inputs: [x([1, 40]), x([40, 10])], write: ([a, b]) => matMul(a, b), terms: 40 },
    { name: "one row, wide", inputs: [x([1, 33]), x([33, 405])], write: ([a, b]) => matMul(a, b), terms: 33 },
    { name: "one column", inputs: [x([5, 9]), x([9, 1])], write: ([a, b]) => matMul(a, b), terms: 9 },
    {
      name: "wide enough for panels",
      inputs: [x([6, 10]), x([10, 500])],
      write: ([a, b]) => matMul(a, b),
      terms: 500,
    },
    {
      name: "left transposed",
      inputs: [x([9, 6]), x([9, 7])],
      write: ([a, b]) => matMul(a, b, { transposeA: true }),
      terms: 9,
    },
    {
      name: "right transposed",
      inputs: [x([5, 9]), x([10, 9])],
      write: ([a, b]) => matMul(a, b, { transposeB: true }),
      terms: 10,
    },
    {
      name: "both transposed",
      inputs: [x([9, 5]), x([11, 9])],
      write: ([a, b]) => matMul(a, b, { transposeA: true, transposeB: true }),
      terms: 11,
    },
    {
      name: "bias and activation in registers",
      inputs: [x([6, 20]), x([20, 9]), x([9])],
      write: ([a, b, c]) => elementwise.relu(elementwise.add(matMul(a, b), c)),
      terms: 20,
    },
  ],
  softmax: [
    { name: "ten classes", inputs: [x([5, 10])], write: ([a]) => softmax(a), terms: 10 },
    { name: "exact vectors, three axes", inputs: [x([2, 3, 8])], write: ([a]) => softmax(a), terms: 8 },
  ],
  softmaxCrossEntropy: [
    {
      name: "ten classes",
      inputs: [x([6, 10]), x([6], { below: 10 }, "int32")],
      write: ([a, labels]) => softmaxCrossEntropy(a, oneHot(labels, 10)),
      terms: 10,
    },
    {
      name: "large logits",
      inputs: [x([4, 3]), x([4], { below: 3 }, "uint8")],
      write: ([a, labels]) => softmaxCrossEntropy(elementwise.multiply(a, 30), oneHot(labels, 3)),
      terms: 3,
    },
  ],
  randomUniform: [
    {
      name: "two samples",
      inputs: [x([2], { below: 1 << 20 }, "int32"), x([5], { below: 60000 }, "int32")],
      write: ([key, samples]) => randomUniform(key, samples, [3, 7]),
      constant: true,
    },
  ],
  stopGradient: [
    {
      name: "one of two ways",
      inputs: [x([4, 5])],
      write: ([a]) => elementwise.multiply(stopGradient(elementwise.exp(a)), 2),
      constant: true,
    },
  ],
  hostPoint: [
    {
      name: "untouched",
      inputs: [x([3, 5])],
      write: ([a]) => elementwise.multiply(hostPoint(elementwise.multiply(a, 3), "numbers"), 2),
      constant: true,
    },
  ],
};
