import type { Shape } from "../core/shape.ts";
import type { State, Value } from "../graph/graph.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import type { CommonOptions } from "./common-options.ts";

/** How a slot begins, unless it has the parameter's shape and is full of zeros. */
export interface SlotOptions {
  readonly shape?: Shape;
  /** What every element is before the first step. */
  readonly value?: number;
}

/** What an optimizer works with while it writes the update of one parameter. */
export interface UpdateContext {
  /** Name of the parameter: `conv2d/kernel`. */
  readonly path: string;
  readonly parameter: Value;
  /** Of the mean loss with respect to the parameter. */
  readonly gradient: Value;
  /** Numbers that are kept from step to step; `options` count when it is asked for first. */
  slot(name: string, options?: SlotOptions): Value;
  /** Sets a slot at the end of the step. */
  keep(name: string, value: Value): void;
  /** One of the numbers that `scalars` gives for the step. */
  scalar(name: string): Value;
}

/** How parameters change with their gradients. */
export interface Optimizer {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Step size, or how it changes; without a schedule `model.learningRate` can change it. */
  readonly learningRate: LearningRate;
  /** Numbers that change with the step, computed in float64 by the caller. @param step counts from 1 */
  scalars(step: number, learningRate: number): Record<string, number>;
  /** Writes the parameter's new value. */
  write(context: UpdateContext): Value;
  /** What it does besides, such as clipping; whoever uses the optimizer loads that and adds it. */
  readonly common?: CommonOptions | undefined;
  /** Weight decay of one parameter, where it is not the same for all. */
  decayOf?(context: UpdateContext): number;
}

/** An optimizer with what its common options ask for. */
export interface ExtendedOptimizer extends Optimizer {
  /** What the gradients are taken of, instead of the loss. */
  scaleLoss?(loss: Value): Value;
  /** Writes the new values of all parameters, for what has to see all gradients. */
  writeAll?(contexts: readonly UpdateContext[]): Value[];
  /** The moving average of each parameter, where they are kept; known when updates have been written. */
  readonly averages?: ReadonlyMap<State, State>;
}
