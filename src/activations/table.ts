import {
  findNamed,
  type LateNameTable,
  loadedNamed,
  type NameTable,
  namedItem,
  type SavedChoice,
  words,
} from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { relu, sigmoid, tanh } from "../graph/ops/elementwise.ts";
import { softmax } from "../graph/ops/softmax.ts";
import type { Activation } from "./activation.ts";
import { linear } from "./linear.ts";

const common = { linear, relu, sigmoid, softmax, tanh };

const further = words(
  "celu elu exponential gelu glu hardShrink hardSigmoid hardSilu hardSwish hardTanh leakyRelu logSigmoid logSoftmax mish relu6 selu silu softplus softShrink softsign sparsemax sparsePlus sparseSigmoid squareplus swish tanhShrink threshold",
);

/** Activations that a string can name. */
export const activationTable: NameTable<Activation> = {
  common,
  further,
  load: async () => (await import("./further.ts")).furtherActivations,
};

/** The same with options, for which even common ones are loaded. */
const configuredTable: LateNameTable<(options: never) => Activation> = {
  common: {},
  load: async () => (await import("./further.ts")).configuredActivations,
};

export type ActivationName = Spelling<keyof typeof common | (typeof further)[number]>;

/** What an option of a layer may say: a name, a name with options (`{ name: "elu", alpha: 0.5 }`), or a function. */
export type ActivationChoice = ActivationName | SavedChoice | Activation;

/** Those that are loaded on demand must be there when the activation is called. @throws OptionError if there is no such name. */
export function activationOf(where: string, choice: ActivationChoice): Activation {
  if (typeof choice === "function") return choice;
  if (typeof choice === "string") {
    const find = () => loadedNamed(where, activationTable, choice);
    return findNamed(where, activationTable, choice) ?? ((input) => find()(input));
  }
  const { item } = namedItem(where, configuredTable, choice);
  return (input) => item()(input);
}
