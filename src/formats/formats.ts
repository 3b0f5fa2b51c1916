/**
 * The kinds of files that models are read from and written to. Each is loaded when a file asks for it.
 *
 * A new one is an entry of `formats`: how its files begin, what they are called, and its module.
 */
import { FileError, OptionError } from "../core/errors.ts";
import { didYouMean } from "../core/names.ts";
import type { Format } from "./format.ts";

const beginsWith = (bytes: Uint8Array, ...start: number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte);

/** Text whose first character that is not white space is a brace. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.subarray(0, 1024).find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
  return first === 0x7b && !bytes.subarray(0, 8).includes(0);
}

/** A message of protobuf that begins with a field of ONNX's model; texts have no such short first line. */
function looksLikeOnnx(bytes: Uint8Array): boolean {
  if (bytes[0] === 0x08) return bytes[1] <= 0x40;
  return [0x12, 0x3a, 0x42].includes(bytes[0]) && bytes.subarray(0, 64).some((byte) => byte < 0x09);
}

const endsWith =
  (...extensions: string[]) =>
  (name: string): boolean =>
    extensions.some((extension) => name.toLowerCase().endsWith(extension));

const isHdf5 = (bytes: Uint8Array): boolean =>
  beginsWith(bytes, 0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** In the order in which they are asked whether a file is theirs. */
export const formats = {
  keras: {
    recognizes: (bytes) => beginsWith(bytes, 0x50, 0x4b, 0x03, 0x04),
    isNamed: endsWith(".keras"),
    load: () => import("./keras/format.ts"),
  },
  kerasWeights: {
    /* Whether there is a model as well is told by the reader. */
    recognizes: () => false,
    isNamed: endsWith(".weights.h5"),
    load: () => import("./keras/weights-format.ts"),
  },
  h5: {
    recognizes: isHdf5,
    isNamed: endsWith(".h5", ".hdf5"),
    load: () => import("./keras/h5-format.ts"),
  },
  safetensors: {
    recognizes: (bytes) => bytes[8] === 0x7b && !looksLikeJson(bytes),
    isNamed: endsWith(".safetensors"),
    load: () => import("./safetensors/format.ts"),
  },
  tfjs: {
    recognizes: (bytes) =>
      looksLikeJson(bytes) && new TextDecoder().decode(bytes).includes('"modelTopology"'),
    isNamed: (name) => name === "model.json",
    load: () => import("./tfjs/format.ts"),
  },
  spec: {
    recognizes: looksLikeJson,
    isNamed: endsWith(".json"),
    load: () => import("./spec/format.ts"),
  },
  onnx: {
    recognizes: looksLikeOnnx,
    isNamed: endsWith(".onnx"),
    load: () => import("./onnx/format.ts"),
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** What files are written as whose names say nothing. */
export const nativeFormat: FormatName = "keras";

/** Says of a file what it is, where no format knows it. */
function describe(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  if (looksLikeJson(bytes)) return "JSON";
  const text = new TextDecoder().decode(bytes.subarray(0, 40));
  if (/^\s*</.test(text)) return "a page of HTML";
  if (text.startsWith("version https://git-lfs")) return "a pointer of Git LFS, not the file it points to";
  if (beginsWith(bytes, 0x1f, 0x8b)) return "a gzip file";
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `a file that begins with ${start.join(" ")}`;
}

/** The format of a file by what is in it. @throws FileError if it is none of them. */
export function formatOfBytes(bytes: Uint8Array, where: string): Format {
  return formats[formatNameOfBytes(bytes, where)];
}

/** What the format of a file is called. @throws FileError if it is none of them. */
export function formatNameOfBytes(bytes: Uint8Array, where: string): FormatName {
  const names = Object.keys(formats) as FormatName[];
  const found = names.find((name) => formats[name].recognizes(bytes));
  if (found) return found;
  throw new FileError({
    where,
    expected: `a model: ${names.join(", ")}`,
    received: describe(bytes),
  });
}

/**
 * The format a file is to be written in: the one that is asked for, or that of the file's name; the native one for names
 * without extension.
 *
 * @throws OptionError if there is no such format.
 */
export function formatOfName(path: string, format?: string): Format {
  if (format !== undefined) {
    if (Object.hasOwn(formats, format)) return formats[format as FormatName];
    throw new OptionError({
      where: "save, format",
      expected: "a known format",
      received: JSON.stringify(format),
      hint: didYouMean(format, Object.keys(formats)),
    });
  }
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const found = Object.values<Format>(formats).find((known) => known.isNamed(name));
  if (found) return found;
  if (!/\.[a-z]\w*$/i.test(name)) return formats[nativeFormat];
  throw new OptionError({
    where: path,
    expected: "a file name that says the format",
    received: JSON.stringify(name),
    hint: `Use an extension such as .safetensors, or the option format: ${Object.keys(formats).join(", ")}.`,
  });
}
