/** A message to be written. */
export interface MessageContent {
  readonly type: number;
  /** Bit 0: it never changes. */
  readonly flags?: number;
  readonly data: Uint8Array;
}

/** An object header of the first version, in one block. */
export function objectHeader(messages: readonly MessageContent[]): Uint8Array {
  const padded = (size: number): number => Math.ceil(size / 8) * 8;
  const size = messages.reduce((sum, { data }) => sum + 8 + padded(data.length), 0);
  const bytes = new Uint8Array(16 + size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, messages.length, true);
  view.setUint32(4, 1, true);
  view.setUint32(8, size, true);
  let at = 16;
  for (const { type, flags = 0, data } of messages) {
    view.setUint16(at, type, true);
    view.setUint16(at + 2, padded(data.length), true);
    view.setUint8(at + 4, flags);
    bytes.set(data, at + 8);
    at += 8 + padded(data.length);
  }
  return bytes;
}
