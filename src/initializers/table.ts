import { chosenItem, type Maker, type NameTable, type SavedChoice, words } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { glorotUniform } from "./glorot-uniform.ts";
import type { Initializer } from "./initializer.ts";
import { ones, zeros } from "./zeros.ts";

const common = { glorotUniform, ones, zeros };

const further = words(
  "constant glorotNormal heNormal heUniform identity lecunNormal lecunUniform orthogonal randomNormal randomUniform truncatedNormal varianceScaling",
);

/** Initializers that a string can name. */
export const initializerTable: NameTable<Maker<Initializer>> = {
  common,
  further,
  load: async () => (await import("./further.ts")).furtherInitializers,
};

export type InitializerName = Spelling<keyof typeof common | (typeof further)[number]>;

/** What an option of a layer may say. */
export type InitializerChoice = InitializerName | Initializer | SavedChoice;

/** A name, an initializer, or a saved one. @throws OptionError if there is no such name. */
export function initializerOf(where: string, choice: InitializerChoice): Initializer {
  return chosenItem(where, initializerTable, choice, "create");
}
