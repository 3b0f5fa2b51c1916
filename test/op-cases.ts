/** Runs the cases of graph/ops/cases.ts on a backend: the value, and the gradient of a fixed random weighting of it. */
import type { Backend, InputArray, OutputArray } from "../src/backends/contract.ts";
import { type LowerOptions, lower } from "../src/compiler/lower.ts";
import { createRandom, type Random } from "../src/core/random.ts";
import { sizeOf } from "../src/core/shape.ts";
import { gradients } from "../src/graph/gradients.ts";
import { Graph, type Value } from "../src/graph/graph.ts";
import type { CaseInput, OpCase } from "../src/graph/ops/cases/op-case.ts";
import { cast, multiply } from "../src/graph/ops/elementwise.ts";
import { reduceSum } from "../src/graph/ops/reduce-sum.ts";

export function fillInput({ shape, fill, dtype = "float32" }: CaseInput, random: Random): InputArray {
  const size = sizeOf(shape);
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const numbers = order.map((rank) => {
    if (fill === "normal") return random.normal();
    if (fill === "positive") return 0.5 + random.uniform() * 2;
    if (fill === "distinct") return (rank - size / 2) * 0.0625;
    return random.below(fill.below);
  });
  if (dtype === "float32") return Float32Array.from(numbers);
  return dtype === "int32" ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}

export interface CaseResult {
  readonly value: OutputArray;
  /** One for each float32 input, unless the case is constant. */
  readonly gradients: OutputArray[];
}

/** The case's value, and a weighted sum of it. */
function writeLoss(graph: Graph, opCase: OpCase): { values: Value[]; result: Value; loss: Value } {
  const values = opCase.inputs.map(({ shape, dtype }, i) => graph.input(`input${i}`, shape, dtype));
  const result = cast(opCase.write(values));
  return { values, result, loss: reduceSum(multiply(result, graph.input("weights", result.shape))) };
}

/** A case with its numbers, ready to be lowered for any backend. */
export class PreparedCase {
  readonly graph = new Graph();
  /** Only the weighted sum whose gradient the other graph has. */
  readonly lossGraph = new Graph();
  readonly inputs: Record<string, InputArray> = {};
  readonly gradientNames: string[] = [];

  constructor(opCase: OpCase, seed = 1) {
    const random = createRandom(seed, opCase.name);
    const { graph } = this;
    for (const [i, input] of opCase.inputs.entries()) this.inputs[`input${i}`] = fillInput(input, random);
    const { values, result, loss } = writeLoss(graph, opCase);
    graph.output("value", result);
    if (opCase.constant) return;
    this.inputs.weights = fillInput({ shape: result.shape, fill: "normal" }, random);
    graph.output("loss", loss);
    this.lossGraph.output("loss", writeLoss(this.lossGraph, opCase).loss);
    const wanted = values.filter(({ dtype }) => dtype === "float32");
    for (const [i, gradient] of gradients(loss, wanted).entries()) {
      const name = `gradient of input${values.indexOf(wanted[i])}`;
      this.gradientNames.push(name);
      graph.output(name, gradient);
    }
  }

  /** @param onThreads whether a step is too much for the calling thread, small as it is: what is measured always is */
  async run(
    backend: Backend,
    options: LowerOptions & { readonly onThreads?: boolean } = {},
  ): Promise<Record<string, OutputArray>> {
    const executable = await backend.prepare(await lower(this.graph, backend.tables, options));
    const measures = options.onThreads ?? false;
    const { outputs } = await executable.run({ steps: 1, inputs: this.inputs, measures });
    executable.dispose();
    return outputs as Record<string, OutputArray>;
  }
}

/** Largest difference, relative to the largest expected number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i] - expected[i]);
    if (!(distance <= difference))
      difference = Number.isNaN(distance) && Object.is(actual[i], expected[i]) ? difference : distance;
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  if (actual.length !== expected.length) return Number.NaN;
  return scale === 0 ? difference : difference / scale;
}
