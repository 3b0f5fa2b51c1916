import { UsageError } from "../core/errors.ts";
import type { GradientContext, Value } from "./graph.ts";
import { add } from "./ops/elementwise.ts";

/**
 * Writes the derivative of `loss` with respect to each of `parameters` into the graph, walking backward from the loss.
 *
 * @param loss a single number, shape `[]`
 * @returns one value for each parameter, of its shape; zeros where the loss does not depend on it
 * @throws UsageError if an op on the way has no gradient, naming the op and why.
 */
export function gradients(loss: Value, parameters: readonly Value[]): Value[] {
  const { graph } = loss;
  const wanted = dependents(loss, parameters);
  const gradientOf = new Map<Value, Value>([[loss, graph.constant(1)]]);
  const { scope } = graph;
  for (let id = loss.id; id >= 0; id--) {
    const value = graph.values[id];
    const outputGradient = gradientOf.get(value);
    if (!outputGradient || value.source.kind !== "op" || !wanted.has(value)) continue;
    const { op, inputs, params } = value.source;
    if (!inputs.some((input) => wanted.has(input))) continue;
    if (typeof op.gradient === "string") {
      throw new UsageError({
        where: value.scope || op.name,
        expected: "an op with a gradient between the loss and the parameters",
        received: `${op.name} (${op.gradient})`,
        hint: "Wrap its input in stopGradient() if nothing before it is to be trained.",
      });
    }
    graph.scope = value.scope;
    const context = { inputs, output: value, outputGradient, params } as unknown as GradientContext<never>;
    const inputGradients = op.gradient(context);
    for (const [i, input] of inputs.entries()) {
      const gradient = inputGradients[i];
      if (!gradient || !wanted.has(input)) continue;
      const sum = gradientOf.get(input);
      gradientOf.set(input, sum ? add(sum, gradient) : gradient);
    }
  }
  graph.scope = scope;
  return parameters.map((parameter) => gradientOf.get(parameter) ?? graph.constant(0, parameter.shape));
}

/** The values between the parameters and the loss: those that need a gradient. */
function dependents(loss: Value, parameters: readonly Value[]): Set<Value> {
  const wanted = new Set<Value>(parameters);
  for (const value of loss.graph.values.slice(0, loss.id + 1)) {
    if (value.source.kind === "op" && value.source.inputs.some((input) => wanted.has(input)))
      wanted.add(value);
  }
  return wanted;
}
