import { lookUp, type Spelling } from "../core/names.ts";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
import type { Loss } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

/** Losses that a string can name. */
export const lossTable = {
  binaryCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  sparseCategoricalCrossentropy,
};

export type LossName = Spelling<keyof typeof lossTable>;

/** @throws OptionError if there is no such name. */
export function lossOf(where: string, choice: LossName | Loss): Loss {
  return typeof choice === "string" ? lookUp(where, lossTable, choice)() : choice;
}
