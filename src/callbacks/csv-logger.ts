import { readFile, writeFile } from "../core/files.ts";
import { checkOptions } from "../core/names.ts";
import type { Callback } from "../training/callback.ts";
import { requirePath } from "./require.ts";

export interface CsvLoggerOptions {
  /** File to write. */
  path: string;
  /** Between two columns. Default `","`. */
  separator?: string;
  /** Go on in a file that is there, instead of beginning it anew. Default false. */
  append?: boolean;
}

/**
 * Writes a line for each epoch to a CSV file: its number from 0, then all that is reported, by name. In Node.
 *
 * The file is written anew, whole or not at all, at the end of each epoch.
 *
 * @throws FileError if it cannot be written.
 * @see https://keras.io/api/callbacks/csv_logger/
 * @example
 * const logger = callbacks.csvLogger({ path: "log.csv", separator: ";" });
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const where = "callbacks.csvLogger";
  checkOptions(where, options, ["path", "separator", "append"]);
  const { path, separator = ",", append = false } = options;
  requirePath(where, path);
  let columns: string[] | undefined;
  let lines: string[] = [];
  return {
    name: "csvLogger",
    async onTrainBegin() {
      lines = [];
      columns = undefined;
      if (!append) return;
      const text = await readFile(path).then(
        (bytes) => new TextDecoder().decode(bytes),
        () => "",
      );
      lines = text.split("\n").filter((line) => line !== "");
      if (lines.length > 0) columns = lines[0].split(separator).slice(1);
    },
    async onEpochEnd(epoch, logs) {
      if (!columns) {
        columns = Object.keys(logs).sort();
        lines.push(["epoch", ...columns].join(separator));
      }
      lines.push([epoch, ...columns.map((name) => logs[name] ?? "NA")].join(separator));
      await writeFile(path, `${lines.join("\n")}\n`);
    },
    save: () => ({ values: { lines, columns } }),
    restore({ values }) {
      ({ lines, columns } = values as { lines: string[]; columns: string[] | undefined });
    },
  };
}
