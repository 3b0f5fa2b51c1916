/** Which ops are measured, on which shapes: those of the networks people use. */
import type { Shape } from "../../src/core/shape.ts";
import type { Value } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops.ts";

/** A kind has its own mark in the roofline plot. */
export const kinds = ["convolution", "depthwise", "dense", "pooling", "element-wise", "reduction"] as const;
export type Kind = (typeof kinds)[number];

export interface OpShape {
  readonly kind: Kind;
  readonly name: string;
  /** Shapes of the operands. */
  readonly operands: readonly Shape[];
  readonly write: (operands: readonly Value[]) => Value;
  /** Operands whose gradients are measured too, with their names. */
  readonly gradients?: Readonly<Record<string, number>>;
  /** Whether it is one of the few of a quick run. */
  readonly isQuick?: boolean;
}

type ConvOptions = Parameters<typeof ops.conv>[2];

const both = { "input gradient": 0, "kernel gradient": 1 };
const squared = (side: number) => `${side}²`;

/** Convolution of `batch` images [side, side, inC] with kernels size × size to outC channels. */
function conv(
  name: string,
  [batch, side, inC]: readonly [number, number, number],
  [size, outC]: readonly [number, number],
  options: ConvOptions = {},
  more: Partial<OpShape> = {},
): OpShape {
  const { groups = 1 } = options;
  return {
    kind: "convolution",
    name: `${name}, ${batch} × ${squared(side)} × ${inC} → ${outC}`,
    operands: [
      [batch, side, side, inC],
      [size, size, inC / groups, outC],
    ],
    write: ([image, kernel]) => ops.conv(image, kernel, { padding: "same", ...options }),
    gradients: both,
    ...more,
  };
}

function depthwise(batch: number, side: number, channels: number, size: number, strides = 1): OpShape {
  const name = `depthwise ${size} × ${size}${strides > 1 ? `, stride ${strides}` : ""}`;
  const options = { groups: channels, strides };
  return conv(name, [batch, side, channels], [size, channels], options, { kind: "depthwise" });
}

/** From [side, side, inC] to twice the side. */
function transposed(batch: number, side: number, inC: number, size: number, outC: number): OpShape {
  return {
    kind: "convolution",
    name: `transposed ${size} × ${size}, stride 2, ${batch} × ${squared(side)} × ${inC} → ${outC}`,
    operands: [
      [batch, side, side, inC],
      [size, size, outC, inC],
    ],
    write: ([image, kernel]) =>
      ops.convTranspose(image, kernel, { strides: 2, padding: "same", outputSize: [side * 2, side * 2] }),
    gradients: both,
  };
}

/** [rows, inputs] · [inputs, outputs]. */
function dense(rows: number, inputs: number, outputs: number, more: Partial<OpShape> = {}): OpShape {
  return {
    kind: "dense",
    name: `dense, ${rows} × ${inputs} → ${outputs}`,
    operands: [
      [rows, inputs],
      [inputs, outputs],
    ],
    write: ([x, weights]) => ops.matMul(x, weights),
    gradients: { "input gradient": 0, "weight gradient": 1 },
    ...more,
  };
}

function pool(name: string, input: Shape, write: (image: Value) => Value): OpShape {
  return {
    kind: "pooling",
    name: `${name}, ${input[0]} × ${squared(input[1])} × ${input[3]}`,
    operands: [input],
    write: ([image]) => write(image),
    gradients: { "input gradient": 0 },
  };
}

function rowWise(kind: Kind, name: string, operands: readonly Shape[], write: OpShape["write"]): OpShape {
  return { kind, name: `${name}, ${operands[0].join(" × ")}`, operands, write };
}

/** Convolution, bias and ReLU, the largest of 2 × 2: one kernel does them all. */
function block(batch: number, side: number, inC: number, outC: number): OpShape {
  return {
    kind: "convolution",
    name: `3 × 3 + bias + ReLU + max pool, ${batch} × ${squared(side)} × ${inC} → ${outC}`,
    operands: [[batch, side, side, inC], [3, 3, inC, outC], [outC]],
    write: ([image, kernel, bias]) =>
      ops.maxPool(ops.relu(ops.add(ops.conv(image, kernel), bias)), { poolSize: 2 }),
    isQuick: true,
  };
}

export const opShapes: readonly OpShape[] = [
  conv("3 × 3", [32, 28, 1], [3, 64]),
  conv("3 × 3", [32, 32, 3], [3, 64]),
  conv("3 × 3", [8, 56, 64], [3, 64]),
  conv("3 × 3", [32, 13, 64], [3, 64], {}, { isQuick: true }),
  conv("3 × 3", [1, 13, 64], [3, 64]),
  conv("3 × 3", [16, 28, 128], [3, 128]),
  conv("3 × 3", [32, 14, 256], [3, 256]),
  conv("3 × 3, many channels, small image", [32, 7, 512], [3, 512]),
  conv("3 × 3, many channels, small image", [32, 4, 512], [3, 512]),
  conv("3 × 3, few channels, large image", [1, 512, 3], [3, 16]),
  conv("3 × 3, few channels, large image", [1, 512, 16], [3, 16]),
  conv("3 × 3, odd channels", [8, 29, 30], [3, 50]),
  conv("3 × 3, stride 2", [8, 56, 64], [3, 128], { strides: 2 }),
  conv("3 × 3, dilation 2", [8, 28, 64], [3, 64], { dilationRate: 2 }),
  conv("3 × 3, 4 groups", [8, 28, 128], [3, 128], { groups: 4 }),
  conv("3 × 3, 32 groups", [8, 28, 128], [3, 128], { groups: 32 }),
  conv("1 × 1", [8, 56, 64], [1, 256]),
  conv("1 × 1", [32, 14, 256], [1, 512]),
  conv("1 × 1, stride 2", [8, 56, 64], [1, 128], { strides: 2 }),
  conv("5 × 5", [32, 14, 32], [5, 64]),
  conv("5 × 5, few channels", [32, 14, 6], [5, 16], { padding: "valid" }),
  conv("7 × 7, stride 2", [4, 224, 3], [7, 64], { strides: 2 }),
  block(32, 28, 1, 64),
  block(32, 13, 64, 64),
  depthwise(8, 56, 128, 3),
  depthwise(8, 56, 128, 3, 2),
  depthwise(8, 28, 256, 5),
  transposed(8, 28, 128, 2, 64),
  transposed(8, 28, 128, 4, 64),
  dense(32, 1600, 128, { isQuick: true }),
  dense(1, 1600, 128),
  dense(256, 784, 512),
  dense(32, 4096, 1000),
  dense(512, 512, 512),
  pool("max pool 2 × 2", [32, 28, 28, 64], (image) => ops.maxPool(image, { poolSize: 2 })),
  pool("max pool 3 × 3, stride 2", [8, 112, 112, 64], (image) =>
    ops.maxPool(image, { poolSize: 3, strides: 2 }),
  ),
  pool("average pool 2 × 2", [32, 28, 28, 64], (image) => ops.averagePool(image, { poolSize: 2 })),
  rowWise("element-wise", "a · b + c, ReLU", [[1000, 1024], [1024], [1000, 1024]], ([a, b, c]) =>
    ops.relu(ops.add(ops.multiply(a, b), c)),
  ),
  rowWise("element-wise", "a · b + c, ReLU, in the cache", [[16, 1024], [1024], [16, 1024]], ([a, b, c]) =>
    ops.relu(ops.add(ops.multiply(a, b), c)),
  ),
  rowWise("element-wise", "a · b + c, ReLU", [[8000, 1024], [1024], [8000, 1024]], ([a, b, c]) =>
    ops.relu(ops.add(ops.multiply(a, b), c)),
  ),
  rowWise("element-wise", "sigmoid", [[1000, 1024]], ([a]) => ops.sigmoid(a)),
  rowWise("element-wise", "tanh", [[1000, 1024]], ([a]) => ops.tanh(a)),
  rowWise("element-wise", "transposition", [[32, 784, 64]], ([a]) => ops.transpose(a, [0, 2, 1])),
  { ...rowWise("reduction", "softmax", [[1024, 1000]], ([a]) => ops.softmax(a)), isQuick: true },
  rowWise("reduction", "softmax", [[4096, 10]], ([a]) => ops.softmax(a)),
  rowWise("reduction", "sum of all", [[1000, 1024]], ([a]) => ops.reduceSum(a)),
  rowWise("reduction", "sum of each row", [[1000, 1024]], ([a]) => ops.reduceSum(a, { axes: 1 })),
  rowWise("reduction", "sum of each column", [[16_000, 64]], ([a]) => ops.reduceSum(a, { axes: 0 })),
  rowWise("reduction", "mean of each map", [[32, 7, 7, 512]], ([a]) => ops.reduceMean(a, { axes: [1, 2] })),
];
