import { readRecords } from "./b-tree.ts";
import { type Datatype, readDatatype, toFloat32 } from "./datatype.ts";
import { FractalHeap } from "./fractal-heap.ts";
import { type Message, messageTypes } from "./object-header.ts";
import { decodeText, type FileBytes, nowhere } from "./reader.ts";

/** What an attribute may be: text, a number, or lists of them. */
export type AttributeValue = string | number | readonly string[] | readonly number[];

const mostElements = 1_000_000;

/** An object's attributes by name. @param messages of its header */
export function readAttributes(file: FileBytes, messages: readonly Message[]): Map<string, AttributeValue> {
  const found = new Map<string, AttributeValue>();
  for (const { type, at, flags } of messages) {
    if (type === messageTypes.attribute) found.set(...readAttribute(file, at, flags));
    if (type !== messageTypes.attributeInfo) continue;
    const start = at + 2 + (file.u8(at + 1) & 1 ? 2 : 0);
    const heapAt = file.address(start);
    if (heapAt === nowhere) continue;
    const heap = new FractalHeap(file, heapAt);
    for (const record of readRecords(file, file.address(start + file.offsetSize)))
      found.set(...readAttribute(file, heap.find(record).at, file.u8(record + 8)));
  }
  return found;
}

/** Lengths of all axes. @throws FileError for null spaces and implausible sizes. */
export function readShape(file: FileBytes, at: number): number[] {
  const version = file.version(at, 1, 2);
  const rank = file.u8(at + 1);
  if (version === 2 && file.u8(at + 3) === 2) return [0];
  const start = at + (version === 1 ? 8 : 4);
  const shape = Array.from({ length: rank }, (_, axis) => file.length(start + axis * file.lengthSize));
  const size = shape.reduce((product, length) => product * length, 1);
  if (Number.isSafeInteger(size)) return shape;
  throw file.problem(at, "an array of fewer than 2⁵³ elements", `[${shape.join(", ")}]`);
}

function readAttribute(file: FileBytes, at: number, messageFlags: number): [string, AttributeValue] {
  const version = file.version(at, 1, 2, 3);
  if ((messageFlags & 2) !== 0 || (version > 1 && file.u8(at + 1) !== 0)) {
    throw file.problem(at, "an attribute with a type of its own", "one that shares it");
  }
  const [nameBytes, typeBytes, spaceBytes] = [file.u16(at + 2), file.u16(at + 4), file.u16(at + 6)];
  const padded = (size: number): number => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(nameBytes);
  const spaceAt = typeAt + padded(typeBytes);
  const dataAt = spaceAt + padded(spaceBytes);
  const name = file.text(nameAt, nameBytes);
  const type = readDatatype(file, typeAt);
  const shape = readShape(file, spaceAt);
  const count = shape.reduce((product, length) => product * length, 1);
  if (count > mostElements) throw file.problem(at, `at most ${mostElements} elements`, String(count));
  const values = readValues(file, type, dataAt, count);
  return [name, shape.length === 0 ? values[0] : (values as string[] | number[])];
}

function readValues(file: FileBytes, type: Datatype, at: number, count: number): (string | number)[] {
  file.require(at, count * type.size);
  if (type.kind === "text")
    return Array.from({ length: count }, (_, i) => file.text(at + i * type.size, type.size).trimEnd());
  if (type.kind === "variableText")
    return Array.from({ length: count }, (_, i) => variableText(file, at + i * type.size));
  if (type.kind === "opaque") return [""];
  return [...toFloat32(type, file.slice(at, count * type.size))];
}

/** Text in a collection of the global heap: its length, the collection's address and its number there. */
function variableText(file: FileBytes, at: number): string {
  const length = file.u32(at);
  const collection = file.address(at + 4);
  const index = file.u32(at + 4 + file.offsetSize);
  if (length === 0) return "";
  file.signature(collection, "GCOL");
  const end = collection + file.length(collection + 8);
  let place = collection + 8 + file.lengthSize;
  while (place + 8 + file.lengthSize <= end) {
    file.visit(place);
    const number = file.u16(place);
    const size = file.length(place + 8);
    if (number === 0) break;
    const dataAt = place + 8 + file.lengthSize;
    if (number === index) return decodeText(file.slice(dataAt, Math.min(length, size)));
    place = dataAt + Math.ceil(size / 8) * 8;
  }
  throw file.problem(at, `text number ${index} of the heap`, "none");
}
