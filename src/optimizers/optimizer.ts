import type { Value } from "../graph/graph.ts";

/** What an optimizer works with while it writes the update of one parameter. */
export interface UpdateContext {
  readonly parameter: Value;
  /** Of the mean loss with respect to the parameter. */
  readonly gradient: Value;
  /** Numbers of the parameter's shape that are kept from step to step, zeros before the first. */
  slot(name: string): Value;
  /** Sets a slot at the end of the step. */
  keep(name: string, value: Value): void;
  /** One of the numbers that `scalars` gives for the step. */
  scalar(name: string): Value;
}

/** How parameters change with their gradients. */
export interface Optimizer {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, number | boolean>>;
  /** Step size at first; `model.learningRate` changes it. */
  readonly learningRate: number;
  /** Numbers that change with the step, computed in float64 by the caller. @param step counts from 1 */
  scalars(step: number, learningRate: number): Record<string, number>;
  /** Writes the parameter's new value. */
  write(context: UpdateContext): Value;
}
