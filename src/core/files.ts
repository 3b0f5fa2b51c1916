import { FileError, UsageError } from "./errors.ts";

type FileSystem = typeof import("node:fs/promises");

/** Node's file system, asked for in a way that bundlers for browsers do not follow. */
export function fileSystem(where: string): FileSystem {
  const runtime = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  const found = runtime?.getBuiltinModule?.("node:fs/promises");
  if (found) return found as FileSystem;
  throw new UsageError({
    where,
    expected: "a file system, as in Node",
    received: "a browser",
    hint: "Hand over bytes instead of a path.",
  });
}

/** What the operating system said, in words. */
export function fileProblem(path: string, action: "read" | "write", cause: unknown): FileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: action === "read" ? "no such file" : "no such folder",
    EACCES: "no permission",
    EEXIST: "a file of that name",
    EISDIR: "a folder",
    ENOTDIR: "a path through a file",
    ENOSPC: "a full disk",
    EROFS: "a read-only disk",
  };
  return new FileError(
    {
      where: path,
      expected: action === "read" ? "a readable file" : "a place to write to",
      received: reasons[code ?? ""] ?? message,
    },
    { cause },
  );
}

/** @throws FileError naming the file and why it cannot be read. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const buffer = await fileSystem(path).readFile(path);
    return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw fileProblem(path, "read", cause);
  }
}

/** The first bytes of a file. @throws FileError naming the file and why it cannot be read. */
export async function readHead(path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await fileSystem(path).open(path, "r");
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw fileProblem(path, "read", cause);
  }
}

/**
 * Writes a file whole or not at all: into a temporary file beside it, to the disk, then in place of the old one.
 *
 * @throws FileError naming the file and why it cannot be written; an old file stays as it was.
 */
export async function writeFile(path: string, content: Uint8Array | string): Promise<void> {
  const fs = fileSystem(path);
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await fs.open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => {});
    throw fileProblem(path, "write", cause);
  }
}

/** Removes a file, if it is there. @throws FileError if it cannot be removed. */
export async function removeFile(path: string): Promise<void> {
  try {
    await fileSystem(path).rm(path, { force: true });
  } catch (cause) {
    throw fileProblem(path, "write", cause);
  }
}
