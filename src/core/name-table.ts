import { OptionError, UsageError } from "./errors.ts";
import { camelCase, didYouMean } from "./names.ts";

/**
 * What names stand for, such as losses: common things at hand, further ones that load when a name asks for the first of
 * them. So a page carries what it uses and not all that a string might say.
 */
export interface LateNameTable<Item> {
  readonly common: Readonly<Record<string, Item>>;
  /** Names of what `load` brings. Left out where whoever asks can wait: an unknown name is refused once that is there. */
  readonly further?: readonly string[];
  readonly load: () => Promise<Readonly<Record<string, Item>>>;
}

/** A table that knows all names at once. */
export interface NameTable<Item> extends LateNameTable<Item> {
  readonly further: readonly string[];
}

const loaded = new Map<LateNameTable<unknown>, Readonly<Record<string, unknown>>>();
const loading = new Map<LateNameTable<unknown>, Promise<void>>();

/**
 * What a name stands for, in either spelling; undefined if it must be loaded first, which begins then.
 *
 * @throws OptionError if there is no such name; the hint is the nearest one.
 */
export function findNamed<Item>(where: string, table: LateNameTable<Item>, name: string): Item | undefined {
  const key = camelCase(name);
  const { common } = table;
  if (Object.hasOwn(common, key)) return common[key];
  const there = loaded.get(table);
  const further = table.further ?? (there && Object.keys(there));
  if (further && !further.includes(key)) {
    throw new OptionError({
      where,
      expected: "a known name",
      received: JSON.stringify(name),
      hint: didYouMean(key, [...Object.keys(common), ...further]),
    });
  }
  const found = there?.[key] as Item | undefined;
  if (found === undefined && !loading.has(table)) {
    const load = table.load().then((items) => void loaded.set(table, items));
    loading.set(table, load);
    load.finally(() => loading.delete(table)).catch(() => {});
  }
  return found;
}

/** What a name stands for, loaded by now. @throws OptionError if there is no such name. */
export function loadedNamed<Item>(where: string, table: LateNameTable<Item>, name: string): Item {
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
export async function loadNamed<Item>(
  where: string,
  table: LateNameTable<Item>,
  name: string,
): Promise<Item> {
  findNamed(where, table, name);
  await namesLoading();
  return loadedNamed(where, table, name);
}

/** How a named choice with options stands in a saved model. */
export type SavedChoice = { readonly name: string } & Readonly<Record<string, unknown>>;

type Words<List extends string> = List extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : List;

/** Names between spaces: in a page a quarter shorter than a list of strings. */
export function words<List extends string>(list: List): readonly Words<List>[] {
  return list.split(" ") as Words<List>[];
}

interface Configured {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What makes something of options; when it is to be loaded, only if it is called after `namesLoading()`. */
export type Maker<Item> = (options: never) => Item;

/** @throws OptionError if there is no such name, or the options of a common one are wrong. */
export function namedItem<Item>(
  where: string,
  table: LateNameTable<Maker<Item>>,
  choice: string | SavedChoice,
): Configured & { readonly item: () => Item } {
  const { name, ...options } = typeof choice === "object" && choice ? choice : { name: choice };
  if (typeof name !== "string") {
    throw new OptionError({
      where,
      expected: "a name, or an object with a name",
      received: JSON.stringify(choice) ?? typeof choice,
    });
  }
  let item = findNamed(where, table, name)?.(options as never);
  return {
    name: camelCase(name),
    options,
    item: () => {
      item ??= loadedNamed(where, table, name)(options as never);
      return item;
    },
  };
}

/**
 * What an option says: the thing itself, or its name, with options if it has some. Until a named thing is loaded something
 * stands in for it that has its one method.
 *
 * @throws OptionError if there is no such name.
 */
export function chosenItem<
  Method extends string,
  Item extends Configured & Record<Method, (...args: never[]) => unknown>,
>(
  where: string,
  table: LateNameTable<Maker<Item>>,
  choice: string | SavedChoice | Item,
  method: Method,
): Item {
  if (typeof (choice as Item | null)?.[method] === "function") return choice as Item;
  const { name, options, item } = namedItem(where, table, choice as string | SavedChoice);
  return { name, options, [method]: (...args: never[]) => item()[method](...args) } as unknown as Item;
}
