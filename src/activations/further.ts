import type { Value } from "../graph/graph.ts";
import type { Activation } from "./activation.ts";
import * as activations from "./index.ts";

const { linear, relu, sigmoid, softmax, tanh, ...others } = activations;

/** Activations that load when one of them is named. */
export const furtherActivations: Readonly<Record<string, Activation>> = others as never;

type Configured = (input: Value, options: never) => Value;

/** Makers of all activations with options. */
export const configuredActivations: Readonly<Record<string, (options: never) => Activation>> =
  Object.fromEntries(
    Object.entries(activations as Readonly<Record<string, Configured>>).map(([name, write]) => [
      name,
      (options: never) => (input: Value) => write(input, options),
    ]),
  );
