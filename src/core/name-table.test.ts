import { expect, test } from "vitest";
import { findNamed, loadedNamed, loadNamed, type NameTable, namesLoading } from "./name-table.ts";

function tableOf(load: () => Promise<Record<string, number>>): NameTable<number> {
  return { common: { one: 1 }, further: ["fortyTwo"], load };
}

test("common things are there at once, in either spelling", () => {
  const table = tableOf(async () => ({ fortyTwo: 42 }));
  expect(findNamed("test", { ...table, common: { twoThirds: 2 / 3 } }, "two_thirds")).toBe(2 / 3);
  expect(loadedNamed("test", table, "one")).toBe(1);
  expect(namesLoading()).toBeUndefined();
});

test("further ones load when the first of them is named, once", async () => {
  let loads = 0;
  const table = tableOf(async () => {
    loads++;
    return { fortyTwo: 42 };
  });
  expect(findNamed("test", table, "fortyTwo")).toBeUndefined();
  expect(() => loadedNamed("test", table, "forty_two")).toThrow("namesLoading() to be awaited");
  await namesLoading();
  expect(findNamed("test", table, "forty_two")).toBe(42);
  expect(namesLoading()).toBeUndefined();
  expect(loads).toBe(1);
});

test("a name that nothing has is refused before anything loads", async () => {
  const table = tableOf(() => Promise.reject(new Error("not asked for")));
  expect(() => findNamed("here", table, "fourtyTwo")).toThrow(
    'here: expected a known name, got "fourtyTwo". Did you mean "fortyTwo"?',
  );
  expect(() => findNamed("here", table, "toString")).toThrow("here: expected a known name");
  expect(namesLoading()).toBeUndefined();
});

test("a table that learns its names by loading refuses unknown ones then", async () => {
  const table = { common: { one: 1 }, load: async () => ({ fortyTwo: 42 }) };
  expect(findNamed("here", table, "fourtyTwo")).toBeUndefined();
  await namesLoading();
  expect(() => loadedNamed("here", table, "fourtyTwo")).toThrow(
    'here: expected a known name, got "fourtyTwo". Did you mean "fortyTwo"?',
  );
  await expect(loadNamed("here", { ...table }, "two")).rejects.toThrow("Known: one, fortyTwo.");
  expect(await loadNamed("here", { ...table }, "forty_two")).toBe(42);
});

test("what could not be loaded is asked for again", async () => {
  let tries = 0;
  const table = tableOf(async () => {
    if (tries++ === 0) throw new Error("offline");
    return { fortyTwo: 42 };
  });
  await expect(loadNamed("test", table, "fortyTwo")).rejects.toThrow("offline");
  await expect(loadNamed("test", table, "fortyTwo")).resolves.toBe(42);
});
