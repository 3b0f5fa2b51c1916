import { readLeaves, readRecords } from "./b-tree.ts";
import { FractalHeap } from "./fractal-heap.ts";
import { type Message, messageTypes } from "./object-header.ts";
import { type FileBytes, nowhere } from "./reader.ts";

/** What a group's name leads to: the address of an object, or why it is not followed. */
export type Link = { readonly address: number } | { readonly refused: string };

/** A group's links by name. @param messages of its object header */
export function readLinks(file: FileBytes, messages: readonly Message[]): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const { type, at } of messages) {
    if (type === messageTypes.symbolTable) {
      for (const [name, link] of symbols(file, file.address(at), file.address(at + file.offsetSize)))
        links.set(name, link);
    } else if (type === messageTypes.link) {
      links.set(...readLink(file, at));
    } else if (type === messageTypes.linkInfo) {
      const start = at + 2 + (file.u8(at + 1) & 1 ? 8 : 0);
      const heapAt = file.address(start);
      if (heapAt === nowhere) continue;
      const heap = new FractalHeap(file, heapAt);
      for (const record of readRecords(file, file.address(start + file.offsetSize)))
        links.set(...readLink(file, heap.find(record + 4).at));
    }
  }
  return links;
}

/** Of groups in the form of the first version: a tree of tables of symbols, whose names lie in a heap. */
function* symbols(file: FileBytes, tree: number, heap: number): Iterable<[string, Link]> {
  file.signature(heap, "HEAP");
  const namesBytes = file.length(heap + 8);
  const names = file.address(heap + 8 + 2 * file.lengthSize);
  file.require(names, namesBytes);
  const entryBytes = 2 * file.offsetSize + 24;
  for (const { child } of readLeaves(file, tree, 0, file.lengthSize)) {
    file.signature(child, "SNOD");
    const count = file.u16(child + 6);
    for (let i = 0; i < count; i++) {
      const entry = child + 8 + i * entryBytes;
      file.visit(entry);
      const name = file.textToZero(names + file.uint(entry, file.offsetSize), names + namesBytes);
      const address = file.address(entry + file.offsetSize);
      const isSoft = file.u32(entry + 2 * file.offsetSize) === 2;
      yield [name, isSoft || address === nowhere ? { refused: "a soft link" } : { address }];
    }
  }
}

function readLink(file: FileBytes, at: number): [string, Link] {
  file.version(at, 1);
  const flags = file.u8(at + 1);
  let place = at + 2;
  const kind = flags & 8 ? file.u8(place++) : 0;
  if (flags & 4) place += 8;
  if (flags & 16) place += 1;
  const sizeBytes = 1 << (flags & 3);
  const nameBytes = file.uint(place, sizeBytes);
  const name = file.text(place + sizeBytes, nameBytes);
  if (kind === 0) return [name, { address: file.address(place + sizeBytes + nameBytes) }];
  return [name, { refused: kind === 1 ? "a soft link" : "an external link" }];
}
