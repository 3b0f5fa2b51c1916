import { apply, type Op, type Value } from "../graph.ts";

/** The same numbers, taken as constant by the gradient. */
export const stopGradientOp: Op<Record<never, never>> = {
  name: "stopGradient",
  shape: ([input]) => input,
  gradient: () => [null],
  flops: () => 0,
};

/** The same numbers, taken as constant by the gradient. */
export function stopGradient(input: Value): Value {
  return apply(stopGradientOp, [input], {});
}
