import { pow } from "../core/math.ts";
import { add, divide, maximum, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import type { Optimizer } from "./optimizer.ts";

export const adamDefaults = {
  learningRate: 0.001 as LearningRate,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  amsgrad: false,
};

const weightDecay = 0.004;
export const adamWDefaults = {
  name: "adamW",
  options: { ...adamDefaults, weightDecay },
  common: { weightDecay },
};

/** Adam with settings that need no check. It stands apart from its options so that a name brings nothing else along. */
export function adamRule(settings: typeof adamDefaults): Optimizer {
  const { learningRate, beta1, beta2, epsilon, amsgrad } = settings;
  return {
    name: "adam",
    options: settings,
    learningRate,
    scalars: (step, rate) => ({ rate: (rate * Math.sqrt(1 - pow(beta2, step))) / (1 - pow(beta1, step)) }),
    write({ parameter, gradient, slot, keep, scalar }) {
      const m = slot("m");
      const v = slot("v");
      const mean = add(m, multiply(subtract(gradient, m), 1 - beta1));
      const meanSquare = add(v, multiply(subtract(square(gradient), v), 1 - beta2));
      keep("m", mean);
      keep("v", meanSquare);
      const largest = amsgrad ? maximum(slot("vMax"), meanSquare) : meanSquare;
      if (amsgrad) keep("vMax", largest);
      return subtract(parameter, divide(multiply(mean, scalar("rate")), add(sqrt(largest), epsilon)));
    },
  };
}
