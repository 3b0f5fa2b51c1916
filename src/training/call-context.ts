import type { Shape } from "../core/shape.ts";
import type { Graph, State, Value } from "../graph/graph.ts";
import { cos, log, multiply, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { randomUniform } from "../graph/ops/random-uniform.ts";
import type { CallContext } from "../layers/layer.ts";

/** What layers ask for while a program is written, and what they left behind. */
export class ProgramContext implements CallContext {
  readonly training: boolean;
  /** Names of the random draws: `random/dropout/0`. */
  readonly draws: string[] = [];
  /** What states become at the end of the step. */
  readonly updates = new Map<State, Value>();
  /** What layers add to the loss. */
  readonly losses: Value[] = [];
  private readonly batch: number;
  private readonly counts = new Map<string, number>();

  constructor(batch: number, training: boolean) {
    this.batch = batch;
    this.training = training;
  }

  /** Named by the layer and how often it has drawn before. */
  uniform(graph: Graph, shape: Shape): Value {
    const count = this.counts.get(graph.scope) ?? 0;
    this.counts.set(graph.scope, count + 1);
    const name = `random/${graph.scope}/${count}`;
    this.draws.push(name);
    const samples = graph.input("samples", [this.batch], "int32");
    return randomUniform(graph.input(name, [2], "int32"), samples, shape);
  }

  /** Box and Muller's method on two draws; 1 − u is never 0. */
  normal(graph: Graph, shape: Shape): Value {
    const radius = sqrt(multiply(log(subtract(1, this.uniform(graph, shape))), -2));
    return multiply(radius, cos(multiply(this.uniform(graph, shape), 2 * Math.PI)));
  }

  update(graph: Graph, state: State, change: (before: Value) => Value): void {
    this.updates.set(state, change(this.updates.get(state) ?? graph.state(state)));
  }

  addLoss(value: Value): void {
    this.losses.push(value);
  }
}
