import { type NameTable, namedItem, type SavedChoice } from "../core/name-table.ts";
import type { Spelling } from "../core/names.ts";
import { constant, ones, zeros } from "./constant.ts";
import type { Initializer } from "./initializer.ts";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
} from "./variance-scaling.ts";

const common = {
  zeros,
  ones,
  constant,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
};

/** Initializers that a string can name. */
export const initializerTable: NameTable<(options: never) => Initializer> = {
  common,
  further: [],
  load: async () => ({}),
};

export type InitializerName = Spelling<keyof typeof common>;

/** What an option of a layer may say. */
export type InitializerChoice = InitializerName | Initializer | SavedChoice;

/** A name, an initializer, or a saved one. @throws OptionError if there is no such name. */
export function initializerOf(where: string, choice: InitializerChoice): Initializer {
  if (isInitializer(choice)) return choice;
  const { name, options, item } = namedItem(where, initializerTable, choice);
  return { name, options, create: (shape, random) => item().create(shape, random) };
}

function isInitializer(choice: InitializerChoice): choice is Initializer {
  return typeof (choice as Partial<Initializer>).create === "function";
}
