/** What the options that all optimizers have ask for. Loaded by who uses an optimizer that has any. */
import { UsageError } from "../core/errors.ts";
import type { State, Value } from "../graph/graph.ts";
import {
  add,
  divide,
  maximum,
  minimum,
  multiply,
  select,
  sqrt,
  square,
  subtract,
} from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { CommonOptions } from "./common-options.ts";
import type { ExtendedOptimizer, Optimizer, UpdateContext } from "./optimizer.ts";

/**
 * An optimizer that does what its common options ask for, in Keras's order: gradients are unscaled, accumulated and
 * clipped, weights decay, the optimizer changes them, and averages follow.
 *
 * @see https://keras.io/api/optimizers/
 */
export function extendOptimizer(optimizer: Optimizer): ExtendedOptimizer {
  const { common } = optimizer;
  if (!common) return optimizer;
  const { lossScaleFactor: scale, useEma = false } = common;
  const averages = new Map<State, State>();
  return {
    ...optimizer,
    ...(useEma ? { averages } : {}),
    ...(scale === undefined ? {} : { scaleLoss: (loss: Value) => multiply(loss, scale) }),
    scalars: (step, rate) => scalarsOf(optimizer, common, step, rate),
    writeAll(contexts) {
      const gradients = clip(accumulate(contexts, common), common);
      return contexts.map((context, i) => {
        const { parameter, slot } = context;
        parameter.graph.scope = context.path;
        if (useEma) averages.set(stateOf(parameter), stateOf(slot("average")));
        return writeOne(optimizer, common, context, gradients[i]);
      });
    },
  };
}

function stateOf(value: Value): State {
  if (value.source.kind === "state") return value.source.state;
  throw new UsageError({
    where: "useEma",
    expected: "parameters that are states",
    received: value.source.kind,
  });
}

/** The optimizer's numbers for each multiplier of the learning rate, and those of accumulation and averages. */
function scalarsOf(
  optimizer: Optimizer,
  common: CommonOptions,
  step: number,
  rate: number,
): Record<string, number> {
  const { gradientAccumulationSteps: every = 1, emaMomentum = 0.99 } = common;
  const { emaOverwriteFrequency = Infinity, learningRateMultipliers = {} } = common;
  /* Updates before this step. */
  const updates = Math.floor((step - 1) / every);
  const all: Record<string, number> = {
    isUpdate: step % every === 0 ? 1 : 0,
    averageStays: updates === 0 ? 0 : emaMomentum,
    averageChanges: updates === 0 ? 1 : 1 - emaMomentum,
    isOverwritten: (updates + 1) % emaOverwriteFrequency === 0 ? 1 : 0,
  };
  for (const factor of new Set([1, ...Object.values(learningRateMultipliers)])) {
    const numbers = { ...optimizer.scalars(updates + 1, rate * factor), decayRate: rate * factor };
    for (const [name, value] of Object.entries(numbers)) all[name + suffix(factor)] = value;
  }
  return all;
}

function suffix(factor: number): string {
  return factor === 1 ? "" : `*${factor}`;
}

/** The multiplier of the longest beginning of a path. */
function factorOf(path: string, { learningRateMultipliers = {} }: CommonOptions): number {
  const isPart = (prefix: string): boolean =>
    path === prefix || path.startsWith(`${prefix.replace(/\/$/, "")}/`);
  const fitting = Object.keys(learningRateMultipliers).filter(isPart);
  const [longest] = fitting.sort((a, b) => b.length - a.length);
  return longest === undefined ? 1 : learningRateMultipliers[longest];
}

/** Gradients without the scale of the loss; where they are accumulated, their mean over the batches so far. */
function accumulate(
  contexts: readonly UpdateContext[],
  { lossScaleFactor, gradientAccumulationSteps: every }: CommonOptions,
): Value[] {
  return contexts.map(({ gradient, slot, keep, scalar }) => {
    const unscaled = lossScaleFactor === undefined ? gradient : divide(gradient, lossScaleFactor);
    if (every === undefined) return unscaled;
    const sum = add(unscaled, slot("accumulated_gradient"));
    keep("accumulated_gradient", select(scalar("isUpdate"), 0, sum));
    return multiply(sum, 1 / every);
  });
}

/** Σ g² of one gradient. */
function squaredNorm(gradient: Value): Value {
  return reduceSum(square(gradient));
}

function clip(
  gradients: readonly Value[],
  { clipNorm, globalClipNorm, clipValue }: CommonOptions,
): readonly Value[] {
  if (clipNorm !== undefined) {
    return gradients.map((gradient) => {
      const norm = sqrt(squaredNorm(gradient));
      return divide(multiply(gradient, clipNorm), maximum(norm, clipNorm));
    });
  }
  if (globalClipNorm !== undefined && gradients.length > 0) {
    const norm = sqrt(gradients.map(squaredNorm).reduce(add));
    const factor = multiply(minimum(divide(1, norm), 1 / globalClipNorm), globalClipNorm);
    return gradients.map((gradient) => multiply(gradient, factor));
  }
  if (clipValue !== undefined)
    return gradients.map((gradient) => maximum(minimum(gradient, clipValue), -clipValue));
  return gradients;
}

/** The new value of a parameter. */
function writeOne(
  optimizer: Optimizer,
  common: CommonOptions,
  context: UpdateContext,
  gradient: Value,
): Value {
  const { parameter, path, slot } = context;
  const scalar = (name: string): Value => context.scalar(name + suffix(factorOf(path, common)));
  const isAccumulated = common.gradientAccumulationSteps !== undefined;
  /** What changes only in steps that update. */
  const updated = (after: Value, before: Value): Value =>
    isAccumulated ? select(context.scalar("isUpdate"), after, before) : after;
  const keep = (name: string, value: Value): void => context.keep(name, updated(value, slot(name)));
  const own: UpdateContext = { ...context, gradient, scalar, keep };
  const written = optimizer.write({ ...own, parameter: decayed(optimizer, common, own) });
  const value = updated(written, parameter);
  if (!common.useEma) return value;
  const average = add(
    multiply(slot("average"), context.scalar("averageStays")),
    multiply(value, context.scalar("averageChanges")),
  );
  context.keep("average", average);
  if (common.emaOverwriteFrequency === undefined) return value;
  return select(context.scalar("isOverwritten"), average, value);
}

/** parameter − parameter · decay · rate */
function decayed(optimizer: Optimizer, common: CommonOptions, context: UpdateContext): Value {
  const { parameter, path } = context;
  const { weightDecay = 0, excludeFromWeightDecay = [] } = common;
  const decay = optimizer.decayOf?.(context) ?? weightDecay;
  if (decay === 0 || excludeFromWeightDecay.some((part) => path.includes(part))) return parameter;
  return subtract(parameter, multiply(multiply(parameter, decay), context.scalar("decayRate")));
}
