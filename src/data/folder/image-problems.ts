import { ConvNetError, FileError } from "../../core/errors.ts";
import { stream } from "../stream/stream.ts";
import type { ImageFile, LeftOut } from "./list-images.ts";

/** Files worked on at the same time. */
export const filesAtOnce = 8;

/** What was found out about each file, and which could not be read. */
export interface Examined<Result> {
  readonly good: readonly { readonly file: ImageFile; readonly result: Result }[];
  readonly bad: readonly LeftOut[];
}

/** Does something with every file; errors of one do not end the others. */
export async function examine<Result>(
  files: readonly ImageFile[],
  work: (file: ImageFile, index: number) => Promise<Result>,
): Promise<Examined<Result>> {
  const good: { file: ImageFile; result: Result }[] = [];
  const bad: LeftOut[] = [];
  type Attempt = { good: { file: ImageFile; result: Result } } | { bad: LeftOut };
  const attempts = stream(files).map(
    async (file, index): Promise<Attempt> => {
      try {
        return { good: { file, result: await work(file, index) } };
      } catch (error) {
        /* What is wrong everywhere, such as a missing package, is no fault of the file. */
        if (!(error instanceof ConvNetError) || error.code === "usage" || error.code === "option")
          throw error;
        return { bad: { path: file.path, reason: `expected ${error.expected}, got ${error.received}` } };
      }
    },
    { parallel: filesAtOnce },
  );
  for await (const attempt of attempts) {
    if ("good" in attempt) good.push(attempt.good);
    else bad.push(attempt.bad);
  }
  return { good, bad };
}

const mostListed = 5;

/** One error for all of them. */
export function badFiles(folder: string, bad: readonly LeftOut[], of: number): FileError {
  const listed = bad.slice(0, mostListed).map(({ path, reason }) => `${path}: ${reason}`);
  const more = bad.length > mostListed ? `; and ${bad.length - mostListed} more` : "";
  return new FileError({
    where: folder,
    expected: `${of} images that can be read`,
    received: `${bad.length} that cannot: ${listed.join("; ")}${more}`,
    hint: "Repair or remove them, or leave them out (skipBad, --skip-bad).",
  });
}
