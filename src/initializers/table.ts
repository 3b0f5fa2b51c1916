import { type NameTable, namedItem, type SavedChoice } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { glorotUniform } from "./glorot-uniform.ts";
import type { Initializer } from "./initializer.ts";
import { ones, zeros } from "./zeros.ts";

const common = { glorotUniform, ones, zeros };

const further = [
  "constant",
  "glorotNormal",
  "heNormal",
  "heUniform",
  "identity",
  "lecunNormal",
  "lecunUniform",
  "orthogonal",
  "randomNormal",
  "randomUniform",
  "truncatedNormal",
  "varianceScaling",
] as const;

/** Initializers that a string can name. */
export const initializerTable: NameTable<(options: never) => Initializer> = {
  common,
  further,
  load: async () => (await import("./further.ts")).furtherInitializers,
};

export type InitializerName = Spelling<keyof typeof common | (typeof further)[number]>;

/** What an option of a layer may say. */
export type InitializerChoice = InitializerName | Initializer | SavedChoice;

/** A name, an initializer, or a saved one. @throws OptionError if there is no such name. */
export function initializerOf(where: string, choice: InitializerChoice): Initializer {
  if (isInitializer(choice)) return choice;
  const { name, options, item } = namedItem(where, initializerTable, choice);
  return { name, options, create: (shape, random) => item().create(shape, random) };
}

function isInitializer(choice: InitializerChoice): choice is Initializer {
  return typeof (choice as Partial<Initializer> | null)?.create === "function";
}
