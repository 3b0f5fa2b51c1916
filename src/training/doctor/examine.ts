import { sizeOf } from "../../core/shape.ts";
import { flatten, type Numbers } from "../../data/dataset.ts";
import type { Network } from "../../models/network.ts";
import type { Compiled } from "../compile.ts";
import { byName, type NamedNumbers } from "../inputs.ts";
import { type ArrayData, checkSamples } from "../samples.ts";
import type { ModelParts } from "../save-model.ts";
import { readWeights } from "../weights.ts";
import { examineActivity } from "./activity.ts";
import type { Finding } from "./finding.ts";
import { examineInputs } from "./inputs.ts";
import { examineLabels } from "./labels.ts";

function countSamples(network: Network, x: NamedNumbers): number {
  const [first] = byName("doctor x", network.inputNames, x) as Numbers[];
  return flatten("doctor x", first).length / sizeOf(network.inputShapes[0]);
}

/**
 * Data first; only if a step could be taken on them, also what the model makes of them.
 *
 * @throws ShapeError or DataError for samples that no finding describes.
 */
export async function examine(
  { network, session }: ModelParts,
  compiled: Compiled,
  data: ArrayData,
): Promise<Finding[]> {
  const findings = [
    ...examineInputs(network, data.x),
    ...examineLabels(network, compiled.outputs, data.y, countSamples(network, data.x)),
    ...(await examineWeights(network, session)),
  ];
  if (findings.some(({ severity }) => severity === "error")) return findings;
  const samples = await checkSamples("doctor", network, compiled.outputs, data);
  return [...findings, ...(await examineActivity(network, session, compiled, samples))];
}

async function examineWeights(network: Network, session: ModelParts["session"]): Promise<Finding[]> {
  const weights = await readWeights(network, session.backend);
  const broken = weights.find(({ data }) => !data.every(Number.isFinite));
  if (!broken) return [];
  return [
    {
      id: "weightsNotFinite",
      severity: "error",
      where: broken.name,
      seen: "weights that are NaN or infinite",
      advice: "Load weights from before, or make the model anew; train with a lower learning rate.",
    },
  ];
}
