/**
 * Files of a tar archive, one after another, in memory only the one that is read.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
import { FileError } from "../../core/errors.ts";

export interface TarMember {
  readonly name: string;
  readonly data: Uint8Array;
}

const blockBytes = 512;
const text = new TextDecoder();

/** Hands out bytes in the pieces that are asked for. */
class Pieces {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** As many bytes as asked for, fewer at the end. */
  async take(length: number): Promise<Uint8Array> {
    if (this.held.length >= length) {
      const piece = this.held.subarray(0, length);
      this.held = this.held.subarray(length);
      return piece;
    }
    const parts = [this.held];
    let total = this.held.length;
    while (total < length) {
      const next = await this.chunks.next();
      if (next.done) break;
      parts.push(next.value);
      total += next.value.length;
    }
    const all = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    this.held = all.subarray(Math.min(length, total));
    return all.subarray(0, Math.min(length, total));
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** An octal number, or NaN. */
function octal(bytes: Uint8Array): number {
  const digits = textOf(bytes).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of all bytes of a header, its own field taken as spaces. */
function sumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

/** `path` and the like of an extended header: lines `length key=value`. */
function extended(data: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text.decode(data))?.[1];
}

/**
 * The regular files of an archive; folders and links are passed over, and nothing is written anywhere.
 *
 * @param where name of the archive, for errors
 * @param maxBytes larger files are refused before they are read
 * @throws FileError naming the place and what is wrong there.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  where: string,
  maxBytes: number,
): AsyncGenerator<TarMember> {
  const pieces = new Pieces(chunks);
  let offset = 0;
  let longName: string | undefined;
  const problem = (expected: string, received: string): FileError =>
    new FileError({ where: `${where}, byte ${offset}`, expected, received });
  try {
    for (;;) {
      const header = await pieces.take(blockBytes);
      if (header.length === 0 || header.every((byte) => byte === 0)) return;
      if (header.length < blockBytes)
        throw problem("a header of 512 bytes", `the end after ${header.length}`);
      const size = octal(header.subarray(124, 136));
      if (octal(header.subarray(148, 156)) !== sumOf(header)) {
        throw problem("a header of a tar archive with its check sum", "another one");
      }
      if (!(size <= maxBytes)) throw problem(`a file of at most ${maxBytes} bytes`, String(size));
      const padded = Math.ceil(size / blockBytes) * blockBytes;
      const data = await pieces.take(padded);
      if (data.length < size) throw problem(`a file of ${size} bytes`, `the end after ${data.length}`);
      offset += blockBytes + padded;
      const content = data.subarray(0, size);
      const type = String.fromCharCode(header[156]);
      if (type === "x") longName = extended(content) ?? longName;
      else if (type === "L") longName = textOf(content);
      else if (type !== "g") {
        const prefix =
          text.decode(header.subarray(257, 262)) === "ustar" ? textOf(header.subarray(345, 500)) : "";
        const short = textOf(header.subarray(0, 100));
        const name = longName ?? (prefix ? `${prefix}/${short}` : short);
        longName = undefined;
        if (type === "0" || type === "\0") yield { name, data: content.slice() };
      }
    }
  } finally {
    await pieces.close();
  }
}
