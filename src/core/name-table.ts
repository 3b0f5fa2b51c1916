import { OptionError, UsageError } from "./errors.ts";
import { camelCase, didYouMean } from "./names.ts";

/**
 * What names stand for, such as losses: common things at hand, further ones that load when a name asks for the first of
 * them. So a page carries what it uses and not all that a string might say.
 */
export interface NameTable<Item> {
  readonly common: Readonly<Record<string, Item>>;
  /** Names of what `load` brings. */
  readonly further: readonly string[];
  readonly load: () => Promise<Readonly<Record<string, Item>>>;
}

const loaded = new Map<NameTable<unknown>, Readonly<Record<string, unknown>>>();
const loading = new Map<NameTable<unknown>, Promise<void>>();

/**
 * What a name stands for, in either spelling; undefined if it must be loaded first, which begins then.
 *
 * @throws OptionError if there is no such name; the hint is the nearest one.
 */
export function findNamed<Item>(where: string, table: NameTable<Item>, name: string): Item | undefined {
  const key = camelCase(name);
  const { common, further } = table;
  if (Object.hasOwn(common, key)) return common[key];
  if (!further.includes(key)) {
    throw new OptionError({
      where,
      expected: "a known name",
      received: JSON.stringify(name),
      hint: didYouMean(key, [...Object.keys(common), ...further]),
    });
  }
  const found = loaded.get(table)?.[key] as Item | undefined;
  if (found === undefined && !loading.has(table)) {
    const load = table.load().then((items) => void loaded.set(table, items));
    loading.set(table, load);
    load.finally(() => loading.delete(table)).catch(() => {});
  }
  return found;
}

/** What a name stands for, loaded by now. @throws OptionError if there is no such name. */
export function loadedNamed<Item>(where: string, table: NameTable<Item>, name: string): Item {
  const found = findNamed(where, table, name);
  if (found !== undefined) return found;
  throw new UsageError({
    where,
    expected: `namesLoading() to be awaited before "${name}" is used`,
    received: "none",
  });
}

/** Settles when everything is there that names have asked for; undefined if it is. */
export function namesLoading(): Promise<unknown> | undefined {
  return loading.size > 0 ? Promise.all(loading.values()) : undefined;
}

/** What a name stands for, loaded if need be. @throws OptionError if there is no such name. */
export async function loadNamed<Item>(where: string, table: NameTable<Item>, name: string): Promise<Item> {
  findNamed(where, table, name);
  await namesLoading();
  return loadedNamed(where, table, name);
}
