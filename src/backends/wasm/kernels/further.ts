/** Kernels that many networks do without: they are loaded with the first program that calls one of them. */
import { affineTransform, affineTransformGradient } from "./affine-transform.ts";
import { averagePool, averagePoolGradient } from "./average-pool.ts";
import { concatenate } from "./concatenate.ts";
import { conv } from "./conv.ts";
import { convDepthwise } from "./conv-depthwise.ts";
import { convDepthwiseGradient } from "./conv-depthwise-gradient.ts";
import { convKernelGradient } from "./conv-kernel-gradient.ts";
import { convKernelGradientFew } from "./conv-kernel-gradient-few.ts";
import { convKernelGradientWinograd } from "./conv-kernel-gradient-winograd.ts";
import { gather, scatterAdd } from "./gather.ts";
import { maxPool, maxPoolWinners } from "./max-pool.ts";
import { maxPoolGradient, scatterWinners } from "./max-pool-gradient.ts";
import { pad } from "./pad.ts";
import { randomUniform } from "./random-uniform.ts";
import { resample } from "./resample.ts";

export const furtherKernels = {
  affineTransform,
  affineTransformGradient,
  averagePool,
  averagePoolGradient,
  concatenate,
  conv,
  convDepthwise,
  convDepthwiseGradient,
  convKernelGradient,
  convKernelGradientFew,
  convKernelGradientWinograd,
  gather,
  scatterAdd,
  maxPool,
  maxPoolWinners,
  maxPoolGradient,
  scatterWinners,
  pad,
  randomUniform,
  resample,
};
