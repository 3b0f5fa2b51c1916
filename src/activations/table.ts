import { lookUp, type Spelling } from "../core/names.ts";
import { relu, sigmoid, tanh } from "../graph/ops/elementwise.ts";
import { softmax } from "../graph/ops/softmax.ts";
import type { Activation } from "./activation.ts";

/** Leaves its input as it is. */
const linear: Activation = (input) => input;

/** Activations that a string can name. */
export const activationTable = { linear, relu, sigmoid, softmax, tanh } satisfies Record<string, Activation>;

export type ActivationName = Spelling<keyof typeof activationTable>;

/** @throws OptionError if there is no such name. */
export function activationOf(where: string, choice: ActivationName | Activation): Activation {
  return typeof choice === "string" ? lookUp(where, activationTable, choice) : choice;
}
