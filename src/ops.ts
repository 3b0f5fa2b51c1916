/** Ops on values of a graph: what custom layers, losses and metrics are written with. */
export { averagePool } from "./graph/ops/average-pool.ts";
export { concatenate } from "./graph/ops/concatenate.ts";
export {
  abs,
  add,
  cast,
  ceil,
  cos,
  divide,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  log1p,
  maximum,
  minimum,
  multiply,
  negate,
  pow,
  relu,
  round,
  select,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
} from "./graph/ops/elementwise.ts";
export { gather, scatterAdd } from "./graph/ops/gather.ts";
export { argMax, oneHot } from "./graph/ops/labels.ts";
export { matMul } from "./graph/ops/mat-mul.ts";
export { maxPool } from "./graph/ops/max-pool.ts";
export { pad, slice } from "./graph/ops/pad.ts";
export { reduceMax, reduceMean, reduceMin } from "./graph/ops/reduce-max.ts";
export { broadcastTo, reduceSum } from "./graph/ops/reduce-sum.ts";
export { type RowTaps, resample } from "./graph/ops/resample.ts";
export { reshape } from "./graph/ops/reshape.ts";
export { softmax, softmaxCrossEntropy } from "./graph/ops/softmax.ts";
export { stopGradient } from "./graph/ops/stop-gradient.ts";
export { transpose } from "./graph/ops/transpose.ts";
export { conv, convTranspose } from "./graph/ops/write-conv.ts";
