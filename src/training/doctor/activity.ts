import { log } from "../../core/math.ts";
import { Graph, isOp, type Value } from "../../graph/graph.ts";
import { reduceMax } from "../../graph/ops/reduce-max.ts";
import type { Network } from "../../models/network.ts";
import { ProgramContext } from "../call-context.ts";
import { type Compiled, type CompiledOutput, metricsOf } from "../compile.ts";
import type { Samples } from "../inputs.ts";
import { type BatchShape, enter, type ProgramGraph } from "../predict-graph.ts";
import type { Session } from "../session.ts";
import { EpochTotals } from "../totals.ts";
import type { Finding } from "./finding.ts";

/** Samples that are looked at. */
const mostSamples = 256;
/** Steps after which a loss should have left that of guessing. */
const manySteps = 50;

interface ActivityGraph extends ProgramGraph {
  /** Layers with a relu, in the order of the graph's outputs `relu/0` …. */
  readonly relus: readonly string[];
}

const isRelu = (value: Value): boolean =>
  isOp(value, "unary") && (value.source.params as { function: string }).function === "relu";

/** What the network says, and the largest number of every channel behind each relu. */
function activityGraph(network: Network, shape: BatchShape): ActivityGraph {
  const graph = new Graph();
  const context = new ProgramContext(shape.batch, false);
  const outputs = network.forward(enter(graph, network, shape), context);
  for (const [i, output] of outputs.entries()) graph.output(`output/${network.outputNames[i]}`, output);
  const relus = graph.values.filter(isRelu);
  for (const [i, value] of relus.entries()) {
    const axes = value.shape.slice(0, -1).map((_, axis) => axis);
    graph.output(`relu/${i}`, reduceMax(value, { axes }));
  }
  return { graph, draws: context.draws, scalars: [], relus: relus.map(({ scope }) => scope) };
}

/** Looks at what the model makes of some of the samples, evenly spread over all. */
export async function examineActivity(
  network: Network,
  session: Session,
  compiled: Compiled,
  samples: Samples,
): Promise<Finding[]> {
  const batch = Math.min(mostSamples, samples.length);
  const rows = Uint32Array.from({ length: batch }, (_, i) => Math.floor((i * samples.length) / batch));
  const shape = session.batchShape(samples, batch);
  const source = await session.open(samples);
  try {
    const key = JSON.stringify(["doctor", shape]);
    const { graph, executable } = await session.prepare(key, () => activityGraph(network, shape), true);
    const inputs = source.feed(rows);
    const { outputs } = await session.run(executable, { steps: 1, inputs });
    const evaluate = await session.program("evaluate", shape, compiled);
    const measured = await session.run(evaluate.executable, { steps: 1, inputs });
    const totals = new EpochTotals(metricsOf(compiled.outputs));
    totals.add(measured.outputs, 1, batch);
    return [
      ...graph.relus.flatMap((layer, i) => deadRelus(layer, outputs[`relu/${i}`], batch)),
      ...compiled.outputs.flatMap((output) => examineOutput(output, outputs[`output/${output.name}`], batch)),
      ...examineLoss(network, compiled, totals.logs().loss, session.step),
    ];
  } finally {
    source.dispose();
  }
}

function deadRelus(where: string, largest: ArrayLike<number>, batch: number): Finding[] {
  const dead = Array.from(largest).filter((x) => x <= 0).length;
  if (dead < Math.max(1, largest.length * 0.4)) return [];
  return [
    {
      id: "deadRelus",
      severity: "warning",
      where,
      seen: `${dead} of ${largest.length} channels are 0 for all of ${batch} samples, so they learn nothing`,
      advice:
        "Lower the learning rate, use heNormal or leakyRelu, put batchNormalization before the activation, and check that inputs are scaled.",
    },
  ];
}

/** Whether what comes out is what the loss takes it for. */
function examineOutput(
  { name: where, loss }: CompiledOutput,
  output: ArrayLike<number>,
  batch: number,
): Finding[] {
  const findings: Finding[] = [];
  const size = output.length / batch;
  const first = Array.from({ length: size }, (_, i) => output[i]);
  const isSame = batch > 1 && Array.from(output).every((x, i) => Math.abs(x - first[i % size]) <= 1e-6);
  if (isSame) {
    findings.push({
      id: "outputsConstant",
      severity: "warning",
      where,
      seen: `the same output for all of ${batch} samples`,
      advice: "Lower the learning rate and begin anew; look for dead relus and at the inputs.",
    });
  }
  if (!loss || !/crossentropy/i.test(loss.name)) return findings;
  const { fromLogits } = loss.options;
  const isBinary = /binary/i.test(loss.name);
  const looksLike = isBinary ? allBetween0And1(output) : areDistributions(output, size);
  if (fromLogits === true && looksLike) {
    findings.push({
      id: "probabilitiesAsLogits",
      severity: "error",
      where,
      seen: `outputs that are probabilities already, for a loss with fromLogits: true`,
      advice: "Leave the last layer's activation out, or fromLogits: not both.",
    });
  } else if (fromLogits !== true && !looksLike) {
    findings.push({
      id: "logitsAsProbabilities",
      severity: "error",
      where,
      seen: "outputs that are no probabilities, for a loss that takes them for such",
      advice: `End in activation: "${isBinary ? "sigmoid" : "softmax"}", or give the loss fromLogits: true.`,
    });
  }
  return findings;
}

function allBetween0And1(numbers: ArrayLike<number>): boolean {
  return Array.from(numbers).every((x) => x >= 0 && x <= 1);
}

function areDistributions(numbers: ArrayLike<number>, size: number): boolean {
  if (!allBetween0And1(numbers)) return false;
  for (let start = 0; start < numbers.length; start += size) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += numbers[start + i];
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

function examineLoss(network: Network, compiled: Compiled, loss: number, step: number): Finding[] {
  if (!Number.isFinite(loss)) {
    return [
      {
        id: "lossNotFinite",
        severity: "error",
        where: "loss",
        seen: String(loss),
        advice: "Look at the inputs and the weights; begin anew with a lower learning rate.",
      },
    ];
  }
  const [output, ...others] = compiled.outputs;
  if (others.length > 0 || !output.loss || !/categoricalCrossentropy/i.test(output.loss.name)) return [];
  const shape = network.outputShapes[0];
  const classes = shape[shape.length - 1];
  const chance = log(classes);
  if (step < manySteps || Math.abs(loss - chance) > 0.02 * chance) return [];
  return [
    {
      id: "lossStuckAtChance",
      severity: "warning",
      where: "loss",
      seen: `${loss.toFixed(3)} after ${step} steps, what guessing among ${classes} classes gives: ln ${classes} = ${chance.toFixed(3)}`,
      advice:
        "Check that samples and labels belong together, scale the inputs, and try other learning rates with lrFinder.",
    },
  ];
}
