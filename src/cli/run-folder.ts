import { rmdirSync } from "node:fs";
import { access, constants, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileProblem, removeFile, writeFile } from "../core/files.ts";

/** Where a run puts what it made. Made before training, so that a wrong place is known early. */
export class RunFolder {
  /** As the user may type it. */
  readonly path: string;
  /** The topmost folder that was not there before. */
  private readonly made: string | undefined;

  private constructor(path: string, made: string | undefined) {
    this.path = path;
    this.made = made;
  }

  /** @throws FileError if it cannot be made or written to. */
  static async open(path: string): Promise<RunFolder> {
    try {
      const made = await mkdir(path, { recursive: true });
      await access(path, constants.W_OK);
      return new RunFolder(path, made);
    } catch (cause) {
      throw fileProblem(path, "write", cause);
    }
  }

  /** A folder `runs/<name>-<time>` that nobody else has. */
  static async openNew(name: string, now: Date): Promise<RunFolder> {
    const parent = await RunFolder.open("runs");
    const base = join("runs", `${name}-${timestamp(now)}`);
    for (let attempt = 1; ; attempt++) {
      const path = attempt === 1 ? base : `${base}-${attempt}`;
      try {
        await mkdir(path);
        return new RunFolder(path, parent.made ?? resolve(path));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw fileProblem(path, "write", cause);
      }
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes a file whole or not at all. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(this.file(name), content);
  }

  async remove(name: string): Promise<void> {
    await removeFile(this.file(name));
  }

  /** Removes the folders that were made for the run, if nothing has been put there. At once: a process may be ending. */
  discardIfEmpty(): void {
    if (this.made === undefined) return;
    const top = resolve(this.made);
    for (let folder = resolve(this.path); ; folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        return;
      }
      if (folder === top) return;
    }
  }
}

/** `2026-11-24-07-52-01`, local time. */
function timestamp(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())];
  return [...day, two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join("-");
}
