import { FileError } from "../core/errors.ts";
import { readFile } from "../core/files.ts";
import { oneLine } from "./exit-codes.ts";

/** @throws FileError if the file cannot be read or is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readFile(path));
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FileError(
      { where: path, expected: "JSON", received: oneLine((cause as Error).message) },
      { cause },
    );
  }
}
