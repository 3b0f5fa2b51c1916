import { FileError } from "../../core/errors.ts";

/** An address that says that nothing is there. */
export const nowhere = -1;

/** Numbers of a file, read at addresses that the file itself names: every one is checked against its length. */
export class FileBytes {
  readonly where: string;
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Bytes of an address and of a length. */
  offsetSize = 8;
  lengthSize = 8;
  /** Structures read so far: a file whose parts point at each other in a circle ends here. */
  private visits = 0;

  constructor(where: string, bytes: Uint8Array) {
    this.where = where;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  problem(at: number, expected: string, received: string, hint?: string): FileError {
    return new FileError({ where: `${this.where}, byte ${at}`, expected, received, hint });
  }

  /** Counts one more structure. @throws FileError for files with more of them than models have. */
  visit(at: number): void {
    this.visits++;
    if (this.visits > 2_000_000) throw this.problem(at, "at most 2,000,000 structures", "more, or a circle");
  }

  require(at: number, length: number): void {
    if (at >= 0 && length >= 0 && at + length <= this.bytes.length) return;
    throw this.problem(at, `${length} bytes`, `the end of the file at byte ${this.bytes.length}`);
  }

  slice(at: number, length: number): Uint8Array {
    this.require(at, length);
    return this.bytes.subarray(at, at + length);
  }

  u8(at: number): number {
    this.require(at, 1);
    return this.bytes[at];
  }

  u16(at: number): number {
    this.require(at, 2);
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    this.require(at, 4);
    return this.view.getUint32(at, true);
  }

  /** A whole number of up to eight bytes. @throws FileError if it is larger than 2⁵³. */
  uint(at: number, size: number): number {
    this.require(at, size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.bytes[at + i];
    if (Number.isSafeInteger(value)) return value;
    throw this.problem(at, "a number below 2⁵³", "a larger one");
  }

  /** An address, or `nowhere`. */
  address(at: number): number {
    const { offsetSize } = this;
    const isNowhere = this.slice(at, offsetSize).every((byte) => byte === 0xff);
    return isNowhere ? nowhere : this.uint(at, offsetSize);
  }

  length(at: number): number {
    return this.uint(at, this.lengthSize);
  }

  text(at: number, length: number): string {
    return decodeText(this.slice(at, length));
  }

  /** Text up to a zero byte. */
  textToZero(at: number, end: number): string {
    this.require(at, 0);
    const stop = this.bytes.indexOf(0, at);
    if (stop >= 0 && stop < end) return this.text(at, stop - at);
    throw this.problem(at, "a name that ends", "none");
  }

  /** @throws FileError unless the four letters stand there. */
  signature(at: number, letters: string): void {
    const found = this.slice(at, 4);
    if ([...letters].every((letter, i) => found[i] === letter.charCodeAt(0))) return;
    throw this.problem(at, `"${letters}"`, JSON.stringify(decodeText(found)));
  }

  version(at: number, ...known: number[]): number {
    const version = this.u8(at);
    if (known.includes(version)) return version;
    throw this.problem(at, `version ${known.join(" or ")}`, String(version));
  }
}

/** Bytes up to the first zero as UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The largest power of two that is not above a number, as its exponent. */
export function floorLog2(value: number): number {
  let exponent = 0;
  while (2 ** (exponent + 1) <= value) exponent++;
  return exponent;
}

/** Bytes that a number up to `limit` takes. */
export function bytesFor(limit: number): number {
  return Math.floor(floorLog2(limit) / 8) + 1;
}
