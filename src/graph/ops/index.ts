/** Every op by name: what a backend must be able to run. */
import { affineTransformGradientOp, affineTransformOp } from "./affine-transform.ts";
import { averagePoolGradientOp, averagePoolOp } from "./average-pool.ts";
import { concatenateOp } from "./concatenate.ts";
import { convInputGradientOp, convKernelGradientOp, convOp } from "./conv.ts";
import { binaryOp, castOp, selectOp, unaryOp } from "./elementwise.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";
import { hostPointOp } from "./host-point.ts";
import { argMaxOp, oneHotOp } from "./labels.ts";
import { matMulOp } from "./mat-mul.ts";
import { maxPoolGradientOp, maxPoolOp } from "./max-pool.ts";
import { padOp, sliceOp } from "./pad.ts";
import { randomUniformOp } from "./random-uniform.ts";
import { reduceMaxOp } from "./reduce-max.ts";
import { broadcastToOp, reduceSumOp } from "./reduce-sum.ts";
import { resampleOp } from "./resample.ts";
import { reshapeOp } from "./reshape.ts";
import { softmaxCrossEntropyOp, softmaxOp } from "./softmax.ts";
import { stopGradientOp } from "./stop-gradient.ts";
import { transposeOp } from "./transpose.ts";

export const ops = {
  unary: unaryOp,
  binary: binaryOp,
  select: selectOp,
  cast: castOp,
  reduceSum: reduceSumOp,
  reduceMax: reduceMaxOp,
  broadcastTo: broadcastToOp,
  reshape: reshapeOp,
  transpose: transposeOp,
  resample: resampleOp,
  pad: padOp,
  slice: sliceOp,
  concatenate: concatenateOp,
  gather: gatherOp,
  scatterAdd: scatterAddOp,
  oneHot: oneHotOp,
  argMax: argMaxOp,
  matMul: matMulOp,
  conv: convOp,
  convInputGradient: convInputGradientOp,
  convKernelGradient: convKernelGradientOp,
  maxPool: maxPoolOp,
  maxPoolGradient: maxPoolGradientOp,
  averagePool: averagePoolOp,
  averagePoolGradient: averagePoolGradientOp,
  affineTransform: affineTransformOp,
  affineTransformGradient: affineTransformGradientOp,
  softmax: softmaxOp,
  softmaxCrossEntropy: softmaxCrossEntropyOp,
  randomUniform: randomUniformOp,
  stopGradient: stopGradientOp,
  hostPoint: hostPointOp,
};

export type OpName = keyof typeof ops;
