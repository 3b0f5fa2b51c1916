import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { FileError } from "../../core/errors.ts";
import { commandLine } from "../invocation.ts";

/** The model that was saved last below `folder`. @throws FileError if there is none. */
export async function findNewestModel(folder = "runs"): Promise<string> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const models = await Promise.all(
    entries
      .filter((entry) => /\.(keras|safetensors)$/.test(entry))
      .map(async (entry) => {
        const path = join(folder, entry);
        return { path, time: (await stat(path)).mtimeMs };
      }),
  );
  const newest = models.sort((a, b) => b.time - a.time)[0];
  if (newest) return newest.path;
  throw new FileError({
    where: folder,
    expected: "a saved model (*.keras)",
    received: "none",
    hint: `Train one with "${commandLine("train")}", or name one with --model.`,
  });
}
