/**
 * One table of cases for every op. Each is run on every backend against the reference, differentiated against central
 * differences, and repeated with other thread counts. Sizes sit where vectors break: one lane short, exact, one over,
 * primes, windows wider than the image, one pixel, one image.
 */
import { type DType, type Shape, sizeOf } from "../../core/shape.ts";
import { apply, type Value } from "../graph.ts";
import { averagePool } from "./average-pool.ts";
import { concatenate } from "./concatenate.ts";
import { type ConvOptions, conv, convTranspose } from "./conv.ts";
import * as elementwise from "./elementwise.ts";
import { type BinaryName, binaryOp, type UnaryName, unaryOp } from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { hostPoint } from "./host-point.ts";
import type { OpName } from "./index.ts";
import { argMax, oneHot } from "./labels.ts";
import { matMul } from "./mat-mul.ts";
import { maxPool } from "./max-pool.ts";
import { pad, slice } from "./pad.ts";
import type { PoolOptions } from "./pool-params.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduceMax, reduceMean } from "./reduce-max.ts";
import { broadcastTo, reduceSum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";
import { softmax, softmaxCrossEntropy } from "./softmax.ts";
import { stopGradient } from "./stop-gradient.ts";
import { transpose } from "./transpose.ts";

/** How an operand is filled: around 0, above 0, all different and well apart, or whole numbers below a limit. */
export type Fill = "normal" | "positive" | "distinct" | { readonly below: number };

export interface CaseInput {
  readonly shape: Shape;
  readonly fill: Fill;
  readonly dtype?: DType;
}

export interface OpCase {
  /** Why the row exists. */
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly write: (inputs: Value[]) => Value;
  /** Terms summed into one output, or into one number of a gradient: the tolerance grows with its root. Default 1. */
  readonly terms?: number;
  /** Whether there is nothing to differentiate. Default false. */
  readonly constant?: boolean;
  /** Whether equal values meet, where differences say nothing about the gradient. Default false. */
  readonly hasTies?: boolean;
}

const x = (shape: Shape, fill: Fill = "normal", dtype: DType = "float32"): CaseInput => ({
  shape,
  fill,
  dtype,
});

function convCase(name: string, image: Shape, kernel: Shape, options: ConvOptions = {}): OpCase {
  const taps = kernel.slice(0, -1).reduce((a, b) => a * b, 1);
  const positions = image.slice(0, -1).reduce((a, b) => a * b, 1);
  return {
    name,
    inputs: [x(image), x(kernel)],
    write: ([input, weights]) => conv(input, weights, options),
    terms: Math.max(taps, positions),
  };
}

function transposeCase(
  name: string,
  image: Shape,
  kernel: Shape,
  options: ConvOptions & { outputSize: number[] },
): OpCase {
  return {
    name,
    inputs: [x(image), x(kernel)],
    write: ([input, weights]) => convTranspose(input, weights, options),
    terms: kernel.reduce((a, b) => a * b, 1),
  };
}

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

/** A convolution with bias, ReLU and max pooling behind it. */
function pooledCase(
  name: string,
  image: Shape,
  kernel: Shape,
  options: ConvOptions = {},
  pool: PoolOptions = { poolSize: 2 },
): OpCase {
  return {
    name,
    inputs: [x(image), x(kernel), x(kernel.slice(-1))],
    write: ([input, weights, bias]) =>
      maxPool(elementwise.relu(elementwise.add(conv(input, weights, options), bias)), pool),
    terms: Math.max(sizeOf(kernel.slice(0, -1)), sizeOf(image.slice(0, -1))),
  };
}

const convolutions: OpCase[] = [
  convCase("exact tiles", [2, 6, 6, 8], [3, 3, 8, 16]),
  convCase("article's second layer", [2, 13, 13, 64], [3, 3, 64, 64]),
  convCase("first layer, one channel", [3, 9, 8, 1], [3, 3, 1, 8]),
  convCase("first layer, colour, same", [2, 7, 9, 3], [3, 3, 3, 10], { padding: "same" }),
  convCase("one lane short", [1, 5, 5, 3], [3, 3, 3, 7]),
  convCase("one lane over", [1, 5, 5, 5], [2, 2, 5, 9]),
  convCase("primes, strides and explicit padding", [3, 11, 7, 5], [3, 5, 5, 11], {
    strides: [2, 3],
    padding: [
      [2, 1],
      [0, 3],
    ],
  }),
  convCase("same padding, even kernel", [2, 6, 5, 4], [4, 2, 4, 8], { padding: "same" }),
  convCase("same padding, stride 2", [2, 7, 8, 4], [3, 3, 4, 8], { padding: "same", strides: 2 }),
  convCase("7 × 7, stride 2", [1, 15, 15, 3], [7, 7, 3, 8], { padding: "same", strides: 2 }),
  convCase("dilation", [2, 9, 10, 4], [3, 3, 4, 8], { dilationRate: 2 }),
  convCase("dilation, same, other axes", [1, 9, 10, 6], [3, 2, 6, 5], {
    dilationRate: [2, 3],
    padding: "same",
  }),
  convCase("1 × 1", [2, 5, 3, 12], [1, 1, 12, 20]),
  convCase("1 × 1, stride 2", [2, 5, 7, 4], [1, 1, 4, 8], { strides: 2 }),
  convCase("padding wider than the kernel", [1, 3, 3, 4], [1, 1, 4, 4], { padding: 2 }),
  convCase("kernel as large as the image", [3, 4, 4, 4], [4, 4, 4, 8]),
  convCase("one pixel, one image", [1, 1, 1, 1], [1, 1, 1, 1]),
  convCase("two groups", [2, 6, 6, 8], [3, 3, 4, 6], { groups: 2, padding: "same" }),
  convCase("many small groups", [2, 5, 5, 6], [3, 3, 2, 9], { groups: 3 }),
  convCase("groups, strides and dilation", [1, 9, 9, 8], [3, 3, 2, 16], {
    groups: 4,
    strides: 2,
    dilationRate: 2,
    padding: "same",
  }),
  convCase("depthwise", [2, 7, 6, 8], [3, 3, 1, 8], { groups: 8, padding: "same" }),
  convCase("depthwise, odd channels, stride 2", [2, 7, 6, 7], [3, 3, 1, 7], { groups: 7, strides: 2 }),
  convCase("depthwise with a multiplier", [2, 5, 6, 3], [3, 3, 1, 6], { groups: 3 }),
  convCase("last layer, one filter", [2, 6, 6, 16], [1, 1, 16, 1]),
  convCase("one spatial axis", [3, 13, 4], [5, 4, 8], { padding: "same", strides: 2 }),
  convCase("three spatial axes", [2, 4, 5, 6, 3], [2, 3, 3, 3, 5], { padding: "same" }),
  convCase("three spatial axes, strides", [1, 5, 5, 6, 4], [3, 3, 2, 4, 8], { strides: [2, 1, 2] }),
];

const unaryCase = (name: UnaryName, fill: Fill): OpCase => ({
  name,
  inputs: [x([3, 7], fill)],
  write: ([a]) => apply(unaryOp, [a], { function: name }),
});
const binaryCase = (name: BinaryName, fill: Fill): OpCase => ({
  name,
  inputs: [x([3, 5], fill), x([3, 5], fill)],
  write: ([a, b]) => apply(binaryOp, [a, b], { function: name }),
});
const everywhere: UnaryName[] = [
  "negate",
  "abs",
  "sign",
  "exp",
  "square",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "floor",
  "ceil",
  "round",
];
const aboveZero: UnaryName[] = ["log", "sqrt"];
const binaries: BinaryName[] = [
  "add",
  "subtract",
  "multiply",
  "maximum",
  "minimum",
  "equal",
  "greater",
  "greaterEqual",
  "less",
  "lessEqual",
];

export const opCases: Record<OpName, readonly OpCase[]> = {
  unary: [
    ...everywhere.map((name) => unaryCase(name, "normal")),
    ...aboveZero.map((name) => unaryCase(name, "positive")),
    { name: "long enough for several parts", inputs: [x([100, 1000])], write: ([a]) => elementwise.tanh(a) },
  ],
  binary: [
    ...binaries.map((name) => binaryCase(name, "normal")),
    binaryCase("divide", "positive"),
    binaryCase("pow", "positive"),
    {
      name: "a channel vector",
      inputs: [x([2, 3, 5]), x([5])],
      write: ([a, b]) => elementwise.multiply(a, b),
      terms: 6,
    },
    {
      name: "two sides repeated",
      inputs: [x([4, 1, 3]), x([5, 1])],
      write: ([a, b]) => elementwise.add(a, b),
      terms: 20,
    },
    {
      name: "one number",
      inputs: [x([3, 9]), x([])],
      write: ([a, b]) => elementwise.subtract(a, b),
      terms: 27,
    },
    {
      name: "a chain that is one call",
      inputs: [x([7, 9]), x([9])],
      write: ([a, b]) => elementwise.relu(elementwise.add(elementwise.multiply(a, 2), b)),
      terms: 7,
    },
  ],
  select: [
    {
      name: "by sign",
      inputs: [x([5, 7]), x([5, 7]), x([7])],
      write: ([c, a, b]) => elementwise.select(elementwise.greater(c, 0), a, b),
      terms: 5,
    },
  ],
  cast: [
    {
      name: "bytes",
      inputs: [x([3, 11], { below: 256 }, "uint8")],
      write: ([a]) => elementwise.multiply(elementwise.cast(a), 1 / 255),
      constant: true,
    },
    {
      name: "integers, repeated",
      inputs: [x([4, 1], { below: 1000 }, "int32"), x([4, 6])],
      write: ([a, b]) => elementwise.multiply(elementwise.cast(a), b),
    },
  ],
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
  conv: [
    ...convolutions,
    pooledCase("bias, activation and pooling in registers", [2, 9, 8, 4], [3, 3, 4, 10]),
    pooledCase("pooled: one image, many channels", [1, 8, 8, 20], [3, 3, 20, 24]),
    pooledCase("pooled: several images a pass, rests everywhere", [5, 6, 7, 5], [3, 3, 5, 7]),
    pooledCase("pooled: first layer", [3, 12, 13, 1], [5, 5, 1, 6]),
    pooledCase("pooled: colour, same padding", [2, 8, 9, 3], [3, 3, 3, 8], { padding: "same" }),
    pooledCase(
      "pooled: overlapping windows",
      [2, 11, 9, 5],
      [3, 3, 5, 9],
      { padding: "same" },
      { poolSize: 3, strides: 2, padding: "same" },
    ),
    pooledCase("pooled: windows of other sizes", [2, 12, 13, 4], [2, 3, 4, 6], {}, { poolSize: [2, 4] }),
    pooledCase("pooled: strides, and wide taps", [1, 20, 21, 4], [3, 3, 4, 6], {
      strides: 2,
      padding: [
        [1, 0],
        [2, 1],
      ],
    }),
    pooledCase("pooled: dilation", [1, 15, 14, 5], [3, 3, 5, 6], { dilationRate: 2 }),
    pooledCase("pooled: 1 × 1", [2, 6, 6, 18], [1, 1, 18, 9]),
    {
      name: "a residual in registers",
      inputs: [x([2, 6, 5, 8]), x([3, 3, 8, 8])],
      write: ([image, kernel]) =>
        elementwise.relu(elementwise.add(conv(image, kernel, { padding: "same" }), image)),
      terms: 72,
    },
    {
      name: "every number dead behind the activation",
      inputs: [x([1, 6, 6, 4], "positive"), x([3, 3, 4, 8], "positive")],
      write: ([image, kernel]) =>
        maxPool(elementwise.relu(elementwise.negate(conv(image, kernel))), { poolSize: 2 }),
      terms: 36,
    },
  ],
  convInputGradient: [
    transposeCase("doubling", [2, 4, 5, 6], [4, 4, 3, 6], {
      strides: 2,
      padding: "same",
      outputSize: [8, 10],
    }),
    transposeCase("stride 3, valid", [1, 3, 4, 8], [3, 3, 5, 8], { strides: 3, outputSize: [9, 12] }),
    transposeCase("dilation", [2, 5, 5, 4], [3, 3, 4, 4], { dilationRate: 2, outputSize: [9, 9] }),
    transposeCase("depthwise", [2, 4, 4, 5], [3, 3, 1, 5], {
      strides: 2,
      groups: 5,
      padding: "same",
      outputSize: [8, 8],
    }),
    transposeCase("one spatial axis", [2, 5, 4], [3, 6, 4], { strides: 2, outputSize: [11] }),
  ],
  convKernelGradient: convolutions.slice(0, 3),
  maxPool: [...poolCases(maxPool), maxPoolTie],
  maxPoolGradient: poolCases(maxPool).slice(0, 2),
  averagePool: poolCases(averagePool),
  averagePoolGradient: poolCases(averagePool).slice(0, 2),
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
