/** Willem van Schaik's PngSuite: 161 files with reference samples, 14 that must be refused. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "convnet";
import { readImage } from "convnet/node";
import { difference, type Outcome, outcomeOf } from "./outcome.ts";

const exact = { abs: 0, rel: 0 };

export async function pngSuite(folder: string): Promise<Outcome[]> {
  const files = (await readdir(join(folder, "png"))).filter((file) => file.endsWith(".png")).sort();
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const name = file.slice(0, -".png".length);
    const path = join(folder, "png", file);
    outcomes.push(
      name.startsWith("x")
        ? await outcomeOf("pngsuite refused", name, () => refused(path))
        : await outcomeOf("pngsuite", name, () => decoded(folder, name, path)),
    );
  }
  return outcomes;
}

async function refused(path: string): Promise<string | undefined> {
  try {
    await readImage(path);
    return "it was decoded";
  } catch (error) {
    return error instanceof FileError ? undefined : `another error: ${String(error)}`;
  }
}

/** RGBA samples, of 16 bits if the file has them; those also made 8 bits, where one rounding more or less is right. */
async function decoded(folder: string, name: string, path: string): Promise<string | undefined> {
  const reference = await samples(folder, name);
  if (reference === undefined) return "no reference";
  const isDeep = name.endsWith("16");
  const { data } = isDeep
    ? await readImage(path, { channels: 4, depth: 16 })
    : await readImage(path, { channels: 4 });
  const wrong = difference(data, reference, exact);
  const reduced = await samples(folder, `${name}_to8`);
  if (wrong !== undefined || reduced === undefined) return wrong;
  return difference((await readImage(path, { channels: 4 })).data, reduced, { abs: 1, rel: 0 });
}

async function samples(folder: string, name: string): Promise<number[] | undefined> {
  const text = await readFile(join(folder, "json", `${name}.json`), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as number[]);
}
