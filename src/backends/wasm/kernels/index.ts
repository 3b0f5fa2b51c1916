/** Every compute kernel by name. An op that neither stands here nor is rewritten into another is a type error. */
import type { OpName } from "../../../graph/ops/index.ts";
import type { KernelWriter } from "../kernel.ts";
import { averagePool, averagePoolGradient } from "./average-pool.ts";
import { concatenate } from "./concatenate.ts";
import { conv } from "./conv.ts";
import { convDepthwise } from "./conv-depthwise.ts";
import { convDepthwiseGradient } from "./conv-depthwise-gradient.ts";
import { convInputGradientPooled } from "./conv-input-gradient-pooled.ts";
import { convKernelGradient } from "./conv-kernel-gradient.ts";
import { convKernelGradientFew } from "./conv-kernel-gradient-few.ts";
import { convKernelGradientPooled } from "./conv-kernel-gradient-pooled.ts";
import { convWinograd } from "./conv-winograd.ts";
import { copy } from "./copy.ts";
import { derivePanels } from "./derive-panels.ts";
import { deriveWinograd } from "./derive-winograd.ts";
import { gather, scatterAdd } from "./gather.ts";
import { argMax, oneHot } from "./labels.ts";
import { map } from "./map.ts";
import { matMul } from "./mat-mul.ts";
import { maxPool, maxPoolWinners } from "./max-pool.ts";
import { maxPoolGradient, scatterWinners } from "./max-pool-gradient.ts";
import { pad } from "./pad.ts";
import { randomUniform } from "./random-uniform.ts";
import { reduce } from "./reduce.ts";
import { softmax, softmaxCrossEntropy } from "./softmax.ts";

/** Ops that become `map` or `reduce` calls, or vanish. */
type Rewritten =
  | (
      | "unary"
      | "binary"
      | "select"
      | "cast"
      | "broadcastTo"
      | "transpose"
      | "slice"
      | "reduceSum"
      | "reduceMax"
    )
  | ("reshape" | "stopGradient" | "convInputGradient");

export const kernels = {
  map,
  reduce,
  copy,
  hostPoint: copy,
  derivePanels,
  matMul,
  deriveWinograd,
  conv,
  convWinograd,
  convKernelGradient,
  convKernelGradientFew,
  convKernelGradientPooled,
  convInputGradientPooled,
  convDepthwise,
  convDepthwiseGradient,
  maxPool,
  maxPoolWinners,
  maxPoolGradient,
  scatterWinners,
  averagePool,
  averagePoolGradient,
  softmax,
  softmaxCrossEntropy,
  pad,
  concatenate,
  gather,
  scatterAdd,
  oneHot,
  argMax,
  randomUniform,
} satisfies Record<Exclude<OpName, Rewritten>, KernelWriter> & Record<string, KernelWriter>;
