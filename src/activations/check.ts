import { checkOptions } from "../core/names.ts";
import { requireNumbers } from "../core/require.ts";

/** @throws OptionError unless all options are known, and numbers. */
export function checkNumbers<Name extends string>(
  activation: string,
  given: Partial<Readonly<Record<Name, number | undefined>>>,
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const where = `activations.${activation}`;
  checkOptions(where, given, Object.keys(defaults));
  const values = { ...defaults } as Record<Name, number>;
  for (const name of Object.keys(defaults) as Name[]) values[name] = given[name] ?? defaults[name];
  requireNumbers(where, values);
  return values;
}
