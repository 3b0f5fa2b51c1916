import { findNamed, loadedNamed, type NameTable } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { relu, sigmoid, tanh } from "../graph/ops/elementwise.ts";
import { softmax } from "../graph/ops/softmax.ts";
import type { Activation } from "./activation.ts";

/** Leaves its input as it is. */
const linear: Activation = (input) => input;

const common = { linear, relu, sigmoid, softmax, tanh };

/** Activations that a string can name. */
export const activationTable: NameTable<Activation> = {
  common,
  further: [],
  load: async () => ({}),
};

export type ActivationName = Spelling<keyof typeof common>;

/** Those that are loaded on demand must be there when the activation is called. @throws OptionError if there is no such name. */
export function activationOf(where: string, choice: ActivationName | Activation): Activation {
  if (typeof choice !== "string") return choice;
  return (
    findNamed(where, activationTable, choice) ??
    ((input) => loadedNamed(where, activationTable, choice)(input))
  );
}
