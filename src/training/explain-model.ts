import { explainProgram } from "../compiler/explain-program.ts";
import { checkOptions } from "../core/names.ts";
import type { Network } from "../models/network.ts";
import type { Compiled } from "./compile.ts";
import type { ArrayType, BatchShape } from "./predict-graph.ts";
import { inputKey, labelsKey } from "./sample-array.ts";
import type { ModelParts } from "./save-model.ts";

export interface ExplainOptions {
  /** Default `"train"` for compiled models, else `"predict"`. */
  program?: "train" | "evaluate" | "predict";
  /** Default 32. */
  batchSize?: number;
}

/** The plan of a program of a model as text. */
export async function explainModel(
  { network, session, compiled }: ModelParts,
  options: ExplainOptions,
): Promise<string> {
  checkOptions("explainProgram", options, ["program", "batchSize"]);
  const { program = compiled ? "train" : "predict", batchSize = 32 } = options;
  const used = program === "predict" ? undefined : compiled;
  const plan = await session.plan(program, typicalBatch(network, batchSize, used), used);
  return explainProgram(plan, `${program} · batch ${batchSize}`);
}

/** A batch of bytes for every array, for plans that are only looked at. */
function typicalBatch(network: Network, batch: number, compiled?: Compiled): BatchShape {
  const arrays: Record<string, ArrayType> = {};
  for (const [i, name] of network.inputNames.entries())
    arrays[inputKey(name)] = { shape: network.inputShapes[i], dtype: "uint8" };
  for (const [i, { name, loss, metrics }] of (compiled?.outputs ?? []).entries()) {
    if (!loss && metrics.length === 0) continue;
    const shape = network.outputShapes[i];
    arrays[labelsKey(name)] = {
      shape: loss?.labels === "classes" ? shape.slice(0, -1) : shape,
      dtype: "uint8",
    };
  }
  return { batch, arrays };
}
