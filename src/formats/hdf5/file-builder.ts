/** Puts parts of a file one after the other, each at an address that is a multiple of eight. */
export class FileBuilder {
  private readonly parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  /** Where the next part will lie. */
  length: number;

  /** @param headBytes left free at the start */
  constructor(headBytes: number) {
    this.length = headBytes;
  }

  /** @returns the address of the part */
  add(bytes: Uint8Array): number {
    const at = this.length;
    this.parts.push({ at, bytes });
    this.length = Math.ceil((at + bytes.length) / 8) * 8;
    return at;
  }

  /** The whole file. */
  bytes(head: Uint8Array): Uint8Array<ArrayBuffer> {
    const file = new Uint8Array(this.length);
    file.set(head);
    for (const { at, bytes } of this.parts) file.set(bytes, at);
    return file;
  }
}
