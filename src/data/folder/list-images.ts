import { FileError } from "../../core/errors.ts";
import { fileProblem, fileSystem } from "../../core/files.ts";

/** A file and why it is left out. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** An image and the class it belongs to. */
export interface ImageFile {
  readonly path: string;
  /** Number of its class. */
  readonly label: number;
}

export interface ImageList {
  readonly classNames: readonly string[];
  /** By class, and by name within it. */
  readonly files: readonly ImageFile[];
  /** What lies among them and is no image by its name, or would lead out of the folder. */
  readonly ignored: readonly LeftOut[];
}

const extensions = [
  ".png",
  ".jpg",
  ".jpeg",
  ".jpe",
  ".jfif",
  ".webp",
  ".gif",
  ".bmp",
  ".tif",
  ".tiff",
  ".avif",
];

/** What operating systems leave in folders. */
const litter = ["Thumbs.db", "desktop.ini", "__MACOSX"];

const isLitter = (name: string): boolean => name.startsWith(".") || litter.includes(name);

export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return extensions.some((extension) => lower.endsWith(extension));
}

type Paths = typeof import("node:path");
export const paths = (): Paths => process.getBuiltinModule("node:path") as Paths;

/** In the order of their UTF-16 code units, which no locale changes. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Folders and files in a folder; links and what is neither are not followed. */
export async function readFolder(
  path: string,
): Promise<{ folders: string[]; files: string[]; others: LeftOut[] }> {
  const { join } = paths();
  const found = { folders: [] as string[], files: [] as string[], others: [] as LeftOut[] };
  try {
    for (const entry of await fileSystem(path).readdir(path, { withFileTypes: true })) {
      if (isLitter(entry.name)) continue;
      if (entry.isDirectory()) found.folders.push(entry.name);
      else if (entry.isFile()) found.files.push(entry.name);
      else {
        const reason = entry.isSymbolicLink() ? "a link, which is not followed" : "no regular file";
        found.others.push({ path: join(path, entry.name), reason });
      }
    }
  } catch (cause) {
    throw fileProblem(path, "read", cause);
  }
  found.folders.sort(byCodeUnits);
  found.files.sort(byCodeUnits);
  return found;
}

/** All files below a folder, and what was ignored. */
async function filesBelow(folder: string, ignored: LeftOut[]): Promise<string[]> {
  const { join } = paths();
  const { folders, files, others } = await readFolder(folder);
  ignored.push(...others);
  const found: string[] = [];
  for (const name of files) {
    const path = join(folder, name);
    if (isImageName(name)) found.push(path);
    else ignored.push({ path, reason: "no image by its name" });
  }
  for (const name of folders) found.push(...(await filesBelow(join(folder, name), ignored)));
  return found;
}

/**
 * The images below a folder; each folder in it is a class, in the order of their names, as Keras has it.
 *
 * @throws FileError if there are no folders with images.
 */
export async function listImages(folder: string): Promise<ImageList> {
  const { join } = paths();
  const { folders, others } = await readFolder(folder);
  const ignored = [...others];
  const files: ImageFile[] = [];
  for (const [label, name] of folders.entries()) {
    for (const path of await filesBelow(join(folder, name), ignored)) files.push({ path, label });
  }
  if (files.length > 0) return { classNames: folders, files, ignored };
  throw new FileError({
    where: folder,
    expected: `a folder for each class, with images (${extensions.join(", ")}) in it`,
    received:
      folders.length === 0 ? "no folders" : `folders without images: ${folders.slice(0, 5).join(", ")}`,
  });
}

/** Images by a list: lines `file,label` of a CSV file, the files named as seen from the folder. */
export async function listImagesByFile(folder: string, listPath: string, text: string): Promise<ImageList> {
  const { join } = paths();
  const named: { path: string; name: string }[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const comma = line.lastIndexOf(",");
    const [file, name] = [line.slice(0, comma), line.slice(comma + 1).trim()].map(unquoted);
    if (comma < 1 || file === "" || name === "") {
      throw new FileError({
        where: `${listPath}, line ${i + 1}`,
        expected: "file,label",
        received: JSON.stringify(line.slice(0, 80)),
      });
    }
    /* A heading. */
    if (i === 0 && !isImageName(file)) continue;
    if (file.startsWith("/") || file.split(/[\\/]/).includes("..")) {
      throw new FileError({
        where: `${listPath}, line ${i + 1}`,
        expected: `a file below ${folder}`,
        received: JSON.stringify(file),
      });
    }
    named.push({ path: join(folder, file), name });
  }
  if (named.length === 0)
    throw new FileError({ where: listPath, expected: "lines file,label", received: "none" });
  const classNames = [...new Set(named.map(({ name }) => name))].sort(byCodeUnits);
  const files = named.map(({ path, name }) => ({ path, label: classNames.indexOf(name) }));
  return { classNames, files, ignored: [] };
}

function unquoted(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}
