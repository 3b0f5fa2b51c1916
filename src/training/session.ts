import type { Backend, RunResult } from "../backends/contract.ts";
import { lower } from "../compiler/lower.ts";
import type { Program } from "../compiler/program.ts";
import type { Network } from "../models/network.ts";
import type { Compiled } from "./compile.ts";
import type { LearningRates } from "./learning-rates.ts";
import { type BatchShape, type ProgramGraph, predictGraph } from "./predict-graph.ts";
import type { Prepared } from "./program-runner.ts";
import { evaluateGraph, trainGraph } from "./programs.ts";
import { type SampleSource, StepRunner } from "./step-runner.ts";

type Kind = "train" | "evaluate" | "predict";

/** A network on a backend: its programs, planned once for each batch size, and its place in training. */
export class Session extends StepRunner {
  readonly network: Network;

  constructor(network: Network, backend: Backend, seed: number) {
    super(backend, seed);
    this.network = network;
  }

  private graph(kind: Kind, shape: BatchShape, compiled: Compiled | undefined): ProgramGraph {
    if (kind === "predict" || !compiled) return predictGraph(this.network, shape);
    return kind === "train"
      ? trainGraph(this.network, compiled, shape)
      : evaluateGraph(this.network, compiled, shape);
  }

  /** The plan of a program; nothing runs. */
  plan(kind: Kind, shape: BatchShape, compiled?: Compiled): Promise<Program> {
    const { graph } = this.graph(kind, shape, compiled);
    return lower(graph, this.backend.tables, { keepDerived: kind !== "train" });
  }

  program(kind: Kind, shape: BatchShape, compiled?: Compiled): Promise<Prepared> {
    const key = JSON.stringify([kind, shape]);
    return this.prepare(key, () => this.graph(kind, shape, compiled), kind !== "train");
  }

  /** Takes optimizer steps, one for each `batch` of `rows`: the loss and the sums of the metrics of every step. */
  async train(
    compiled: Compiled,
    source: SampleSource,
    rows: Uint32Array,
    batch: number,
    rates: LearningRates,
  ): Promise<RunResult> {
    const prepared = await this.program("train", this.batchShape(source.samples, batch), compiled);
    return this.takeSteps(prepared, source, rows, batch, (step) =>
      compiled.optimizer.scalars(step, rates.at(step - 1)),
    );
  }
}
