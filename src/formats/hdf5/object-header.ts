import type { FileBytes } from "./reader.ts";

/** A message of an object header: its kind, and where its contents lie. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly at: number;
  readonly size: number;
}

/** Kinds of messages, as the specification numbers them. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
};

/** The messages of an object, in either form of header. */
export function readMessages(file: FileBytes, at: number): Message[] {
  return file.u8(at) === 1 ? readOldHeader(file, at) : readNewHeader(file, at);
}

interface Block {
  readonly at: number;
  readonly size: number;
}

const mostBlocks = 10_000;

function readOldHeader(file: FileBytes, at: number): Message[] {
  const count = file.u16(at + 2);
  const blocks: Block[] = [{ at: at + 16, size: file.u32(at + 8) }];
  const messages: Message[] = [];
  for (const block of blocks) {
    let place = block.at;
    const end = block.at + block.size;
    file.require(block.at, block.size);
    while (place + 8 <= end && messages.length < count) {
      file.visit(place);
      const message = {
        type: file.u16(place),
        size: file.u16(place + 2),
        flags: file.u8(place + 4),
        at: place + 8,
      };
      file.require(message.at, message.size);
      messages.push(message);
      follow(file, message, blocks, 0);
      place = message.at + message.size;
    }
  }
  return messages;
}

function readNewHeader(file: FileBytes, at: number): Message[] {
  file.signature(at, "OHDR");
  file.version(at + 4, 2);
  const flags = file.u8(at + 5);
  let place = at + 6;
  if (flags & 0x20) place += 16;
  if (flags & 0x10) place += 4;
  const sizeBytes = 1 << (flags & 3);
  const size = file.uint(place, sizeBytes);
  const headBytes = flags & 0x04 ? 6 : 4;
  const blocks: Block[] = [{ at: place + sizeBytes, size }];
  const messages: Message[] = [];
  for (const block of blocks) {
    file.require(block.at, block.size);
    const end = block.at + block.size;
    let next = block.at;
    while (next + headBytes <= end) {
      file.visit(next);
      const message = {
        type: file.u8(next),
        size: file.u16(next + 1),
        flags: file.u8(next + 3),
        at: next + headBytes,
      };
      file.require(message.at, message.size);
      messages.push(message);
      follow(file, message, blocks, 4);
      next = message.at + message.size;
    }
  }
  return messages;
}

/** Adds the block a continuation message points to. @param frame bytes of its signature and of its checksum */
function follow(file: FileBytes, { type, at }: Message, blocks: Block[], frame: number): void {
  if (type !== messageTypes.continuation) return;
  const address = file.address(at);
  const size = file.length(at + file.offsetSize);
  if (frame > 0) file.signature(address, "OCHK");
  blocks.push({ at: address + frame, size: size - 2 * frame });
  if (blocks.length > mostBlocks) {
    throw file.problem(at, `a header in at most ${mostBlocks} parts`, "more, or a circle");
  }
}
