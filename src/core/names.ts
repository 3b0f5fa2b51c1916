import { OptionError } from "./errors.ts";

/** Smallest number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], beforePrevious[j - 2] + 1);
      }
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length];
}

/** `Did you mean "x"?` for the nearest of `known`, or the whole list where nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const lower = word.toLowerCase();
  const nearest = known
    .map((name) => ({ name, distance: editDistance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const near = nearest && nearest.distance <= Math.max(2, Math.floor(word.length / 3));
  return near ? `Did you mean "${nearest.name}"?` : `Known: ${known.join(", ")}.`;
}

/** Keras's spelling of a name: `sparse_categorical_crossentropy` → `sparseCategoricalCrossentropy`. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The two spellings of a name that string options accept: ours, and Keras's with underscores. */
export type Spelling<Name extends string> = Name | SnakeCase<Name>;

type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : Name;

/**
 * Looks a name up in a table, in either spelling.
 *
 * @throws OptionError if the table has no such name; the hint is the nearest one.
 */
export function lookUp<Table extends object>(where: string, table: Table, name: string): Table[keyof Table] {
  const key = camelCase(name);
  if (Object.hasOwn(table, key)) return table[key as keyof Table];
  throw new OptionError({
    where,
    expected: "a known name",
    received: JSON.stringify(name),
    hint: didYouMean(key, Object.keys(table)),
  });
}

/**
 * Refuses options that do not exist.
 *
 * @throws OptionError naming the option that is nearest.
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new OptionError({
        where,
        expected: "a known option",
        received: JSON.stringify(key),
        hint: didYouMean(key, known),
      });
    }
  }
}
