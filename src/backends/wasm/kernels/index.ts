/**
 * Compute kernels by name. An op that neither stands here or in further.ts nor is rewritten into another is a type
 * error.
 */
import type { OpName } from "../../../graph/ops/index.ts";
import type { KernelWriter } from "../kernel.ts";
import { convInputGradientPooled } from "./conv-input-gradient-pooled.ts";
import { convKernelGradientPooled } from "./conv-kernel-gradient-pooled.ts";
import { convPatches } from "./conv-patches.ts";
import { convWinograd } from "./conv-winograd.ts";
import { copy } from "./copy.ts";
import { derivePanels } from "./derive-panels.ts";
import { deriveWinograd } from "./derive-winograd.ts";
import { argMax, oneHot } from "./labels.ts";
import { map } from "./map.ts";
import { matMul } from "./mat-mul.ts";
import { reduce } from "./reduce.ts";
import { softmax, softmaxCrossEntropy } from "./softmax.ts";

/** Kernels in further.ts. */
type FurtherName = keyof typeof import("./further.ts").furtherKernels;

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

const kernels = {
  map,
  reduce,
  copy,
  hostPoint: copy,
  derivePanels,
  matMul,
  deriveWinograd,
  convPatches,
  convWinograd,
  convKernelGradientPooled,
  convInputGradientPooled,
  softmax,
  softmaxCrossEntropy,
  oneHot,
  argMax,
} satisfies Record<Exclude<OpName, Rewritten | FurtherName>, KernelWriter> & Record<string, KernelWriter>;

/** Writers that are there, by name. */
const loaded: Record<string, KernelWriter | undefined> = { ...kernels };

/** Loads the kernels that many networks do without, if one of them is named. */
export function loadKernels(names: readonly string[]): Promise<void> | undefined {
  if (names.every((name) => loaded[name])) return undefined;
  return import("./further.ts").then(({ furtherKernels }) => {
    Object.assign(loaded, furtherKernels satisfies Record<FurtherName, KernelWriter>);
  });
}

export function kernelOf(name: string): KernelWriter {
  const writer = loaded[name];
  if (!writer) throw new Error(`The kernel ${name} was not loaded.`);
  return writer;
}
