/** What every op computes, in plain loops over float64: the oracle that every fast kernel is judged against. */
import type { OpName } from "../ops/index.ts";
import { affineTransform, affineTransformGradient } from "./affine-transform.ts";
import { averagePool, averagePoolGradient } from "./average-pool.ts";
import { concatenate } from "./concatenate.ts";
import { conv, convInputGradient, convKernelGradient } from "./conv.ts";
import { binary, cast, select, unary } from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { hostPoint } from "./host-point.ts";
import { argMax, oneHot } from "./labels.ts";
import { matMul } from "./mat-mul.ts";
import { maxPool, maxPoolGradient } from "./max-pool.ts";
import type { Meaning } from "./meaning.ts";
import { pad, slice } from "./pad.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduceMax } from "./reduce-max.ts";
import { broadcastTo, reduceSum } from "./reduce-sum.ts";
import { resample } from "./resample.ts";
import { reshape } from "./reshape.ts";
import { softmax, softmaxCrossEntropy } from "./softmax.ts";
import { stopGradient } from "./stop-gradient.ts";
import { transpose } from "./transpose.ts";

export const meanings = {
  affineTransform,
  affineTransformGradient,
  averagePool,
  averagePoolGradient,
  concatenate,
  conv,
  convInputGradient,
  convKernelGradient,
  unary,
  binary,
  select,
  cast,
  gather,
  scatterAdd,
  hostPoint,
  oneHot,
  argMax,
  matMul,
  maxPool,
  maxPoolGradient,
  resample,
  pad,
  slice,
  randomUniform,
  reduceMax,
  reduceSum,
  broadcastTo,
  reshape,
  softmax,
  softmaxCrossEntropy,
  stopGradient,
  transpose,
} satisfies Record<OpName, Meaning<never>>;
