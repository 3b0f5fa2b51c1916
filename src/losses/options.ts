import { OptionError } from "../core/errors.ts";
import { camelCase, checkOptions, didYouMean, type Spelling } from "../core/names.ts";
import type { Loss, Reduction } from "./loss.ts";

/** Options of every loss. */
export interface LossOptions {
  /** How the losses of predictions become one number. Default `"sumOverBatchSize"`. */
  reduction?: Spelling<Reduction>;
}

const reductions: readonly Reduction[] = ["sumOverBatchSize", "sum", "meanWithSampleWeight", "none"];

/** The parts of a loss that are the same for all. */
export type LossBase = Pick<Loss, "name" | "options" | "labels" | "reduction">;

/**
 * Checks the options of a loss and fills in its defaults.
 *
 * @param defaults of the loss's own options; `undefined` where there is none
 * @throws OptionError for options that do not exist, or a reduction that is none.
 */
export function lossSettings<Own extends object>(
  name: string,
  given: LossOptions,
  defaults: Own,
  labels: Loss["labels"] = "values",
): { own: Own; base: LossBase } {
  const where = `losses.${name}`;
  checkOptions(where, given, [...Object.keys(defaults), "reduction"]);
  const { reduction: choice = "sumOverBatchSize", ...others } = given;
  const reduction = camelCase(String(choice)) as Reduction;
  if (!reductions.includes(reduction)) {
    throw new OptionError({
      where,
      expected: `reduction as one of ${reductions.join(", ")}`,
      received: JSON.stringify(choice),
      hint: didYouMean(reduction, reductions),
    });
  }
  const own = { ...defaults, ...others };
  const options: Record<string, unknown> = { ...(own as object) };
  if (reduction !== "sumOverBatchSize") options.reduction = reduction;
  return { own, base: { name, options, labels, reduction } };
}

/** @throws OptionError unless the number lies between two others. */
export function requireBetween(
  where: string,
  name: string,
  value: number,
  least: number,
  most = Infinity,
): void {
  if (value >= least && value <= most && value < Infinity) return;
  throw new OptionError({
    where,
    expected: most === Infinity ? `${name} to be a number ≥ ${least}` : `${name} in [${least}, ${most}]`,
    received: String(value),
  });
}
