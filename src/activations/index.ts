export { celu, type EluOptions, elu, exponential, selu } from "./exponential.ts";
export { linear } from "./linear.ts";
export {
  hardSigmoid,
  hardSilu,
  hardSilu as hardSwish,
  hardTanh,
  type LeakyReluOptions,
  leakyRelu,
  type ReluOptions,
  relu,
  relu6,
} from "./relu.ts";
export {
  type AxisOptions,
  glu,
  logSoftmax,
  type SoftmaxOptions,
  softmax,
  sparsemax,
} from "./rows.ts";
export {
  type GeluOptions,
  gelu,
  logSigmoid,
  mish,
  type SquareplusOptions,
  sigmoid,
  silu,
  silu as swish,
  softplus,
  softsign,
  squareplus,
  tanh,
  tanhShrink,
} from "./smooth.ts";
export {
  hardShrink,
  type ShrinkOptions,
  softShrink,
  sparsePlus,
  sparseSigmoid,
  type ThresholdOptions,
  threshold,
} from "./thresholds.ts";
