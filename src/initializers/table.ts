import { lookUp, type Spelling } from "../core/names.ts";
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

/** Initializers that a string can name. */
export const initializerTable = {
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

export type InitializerName = Spelling<keyof typeof initializerTable>;

/** A name, an initializer, or a saved one. @throws OptionError if there is no such name. */
export function initializerOf(
  where: string,
  choice: InitializerName | Initializer | SavedChoice,
): Initializer {
  if (typeof choice === "string") return lookUp(where, initializerTable, choice)({});
  if (isInitializer(choice)) return choice;
  const { name, ...options } = choice;
  return lookUp(where, initializerTable, name)(options);
}

function isInitializer(choice: Initializer | SavedChoice): choice is Initializer {
  return typeof choice.create === "function";
}

/** How a named choice with options stands in a saved model. */
export type SavedChoice = { readonly name: string } & Readonly<Record<string, unknown>>;
