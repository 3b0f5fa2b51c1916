import { type Shape, sizeOf } from "../../../core/shape.ts";
import * as elementwise from "../elementwise.ts";
import type { OpName } from "../index.ts";
import { maxPool } from "../max-pool.ts";
import type { PoolOptions } from "../pool-params.ts";
import { type ConvOptions, conv, convTranspose } from "../write-conv.ts";
import { type OpCase, x } from "./op-case.ts";

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
  convCase("3 × 3: large tiles, blocks and slices of the kernel's gradient", [9, 9, 10, 36], [3, 3, 36, 34], {
    padding: "same",
  }),
  convCase("3 × 3: small tiles, wide padding", [4, 3, 6, 9], [3, 3, 9, 11], { padding: 2 }),
  convCase("3 × 3: one tile an image", [5, 4, 4, 8], [3, 3, 8, 12], { padding: "same" }),
  convCase("3 × 3: padding on two sides only", [2, 8, 8, 10], [3, 3, 10, 8], {
    padding: [
      [2, 0],
      [0, 1],
    ],
  }),
  convCase("last layer, one filter", [2, 6, 6, 16], [1, 1, 16, 1]),
  convCase("one spatial axis", [3, 13, 4], [5, 4, 8], { padding: "same", strides: 2 }),
  convCase("three spatial axes", [2, 4, 5, 6, 3], [2, 3, 3, 3, 5], { padding: "same" }),
  convCase("three spatial axes, strides", [1, 5, 5, 6, 4], [3, 3, 2, 4, 8], { strides: [2, 1, 2] }),
];

export const convolutionCases = {
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
    pooledCase("pooled: a batch in slices, units in groups", [67, 4, 5, 3], [3, 3, 3, 42]),
    {
      name: "1 × 1 with strides: pixels that nobody reads",
      inputs: [x([2, 7, 6, 5]), x([1, 1, 5, 9])],
      write: ([image, kernel]) => conv(image, kernel, { strides: 2 }),
      terms: 9,
    },
    {
      name: "strides and dilation without a common divisor",
      inputs: [x([2, 11, 14, 3]), x([3, 3, 3, 10])],
      write: ([image, kernel]) => conv(image, kernel, { strides: 3, dilationRate: 2, padding: "same" }),
      terms: 90,
    },
    {
      name: "strides and dilation with a common divisor",
      inputs: [x([1, 12, 13, 4]), x([3, 2, 4, 6])],
      write: ([image, kernel]) => conv(image, kernel, { strides: 2, dilationRate: 2, padding: 1 }),
      terms: 54,
    },
    {
      name: "strides too many for phases",
      inputs: [x([1, 13, 12, 4]), x([6, 6, 4, 5])],
      write: ([image, kernel]) => conv(image, kernel, { strides: 5, padding: "same" }),
      terms: 180,
    },
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
    transposeCase("cut at one side, longer at the other", [2, 4, 3, 5], [3, 2, 6, 5], {
      strides: [3, 2],
      padding: [
        [2, 0],
        [0, 0],
      ],
      outputSize: [12, 7],
    }),
    transposeCase("strides longer than the kernel: pixels that nothing reaches", [2, 3, 4, 4], [2, 1, 3, 4], {
      strides: 3,
      outputSize: [9, 12],
    }),
    transposeCase("groups", [1, 4, 5, 6], [3, 3, 2, 6], { strides: 2, groups: 3, outputSize: [9, 11] }),
    transposeCase("three spatial axes", [2, 2, 3, 3, 4], [2, 2, 2, 3, 4], {
      strides: 2,
      outputSize: [4, 6, 6],
    }),
  ],
  convKernelGradient: convolutions.slice(0, 3),
} satisfies Partial<Record<OpName, readonly OpCase[]>>;
