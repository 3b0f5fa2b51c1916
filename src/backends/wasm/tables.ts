import { fuseMaps, writeMaps } from "../../compiler/maps.ts";
import type { BackendTables, CallShape } from "../../compiler/tables.ts";
import type { KernelPlan } from "./kernel.ts";
import { kernelOf, loadKernels } from "./kernels/index.ts";
import { loadFunctions } from "./kernels/vector-functions.ts";
import { chooseAlgorithms } from "./rewrites/algorithms.ts";
import { fuseEpilogues, fusePooling } from "./rewrites/epilogues.ts";
import { poolWinners } from "./rewrites/pool-winners.ts";
import { usePooledGradients } from "./rewrites/pooled-gradients.ts";
import { splitReductions } from "./rewrites/split-reductions.ts";

export function planKernel(call: CallShape): KernelPlan {
  return kernelOf(call.kernel)(call as CallShape<never>);
}

/** Work that is worth a part of its own: below it, handing the part out costs more than it saves. */
const flopsPerPart = 200_000;
const bytesPerPart = 64 * 1024;
const mostParts = 32;

export const wasmTables: BackendTables = {
  rewrites: [
    poolWinners,
    usePooledGradients,
    writeMaps,
    fuseMaps,
    fuseEpilogues,
    fusePooling,
    chooseAlgorithms,
    splitReductions,
  ],
  inPlace: true,
  load(kernels, functions) {
    const loads = [loadKernels(kernels), loadFunctions(functions)];
    return loads.some((load) => load) ? Promise.all(loads) : undefined;
  },
  split(call) {
    const { algorithm, units, threadBytes = 0, maxParts = mostParts } = planKernel(call);
    const worth = Math.ceil(Math.max(call.flops / flopsPerPart, call.byteLength / bytesPerPart));
    const parts = Math.max(1, Math.min(units, maxParts, worth));
    return { algorithm, units, parts, threadBytes };
  },
};
