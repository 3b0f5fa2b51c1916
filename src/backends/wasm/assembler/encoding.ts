/** WebAssembly's binary format, as far as kernels need it. @see https://webassembly.github.io/spec/core/binary/ */

/** Bytes, or pieces that still have to be joined. */
export type Code = number | readonly Code[];

export type ValueType = "i32" | "f32" | "v128";

export const typeCode: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
export const voidBlock = 0x40;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push(rest > 127 ? (rest & 127) | 128 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const last = rest >= -64 && rest < 64;
    bytes.push(last ? rest & 127 : (rest & 127) | 128);
    if (last) return bytes;
  }
}

export const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
export const double = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

/** Bytes that grow at the end. */
export class ByteList {
  length = 0;
  private data: Uint8Array<ArrayBuffer> = new Uint8Array(4096);

  append(code: Code): void {
    if (typeof code !== "number") {
      for (const piece of code) this.append(piece);
      return;
    }
    if (this.length === this.data.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = code;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}
