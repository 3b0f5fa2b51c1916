/** Messages of {@link schema} ⇄ bytes. The library knows how numbers and texts are stored, the schema which are where. */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ConvNetError, FileError } from "../../core/errors.ts";
import { type Message, type MessageName, type MessageToWrite, schema } from "./schema.ts";

/** Messages within messages; a file that is nested deeper is not read. */
const mostNested = 32;

interface Field {
  readonly name: string;
  readonly number: number;
  readonly kind: string;
  readonly isRepeated: boolean;
}

const numberKinds: Readonly<Record<string, WireType>> = {
  int32: WireType.Varint,
  int64: WireType.Varint,
  uint64: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
};

function fieldsOf(name: MessageName): Field[] {
  return Object.entries(schema[name]).map(([field, [number, kind, repeated]]) => ({
    name: field,
    number,
    kind,
    isRepeated: repeated === "repeated",
  }));
}

const fieldsByNumber = new Map<string, Map<number, Field>>();

function fieldTable(name: MessageName): Map<number, Field> {
  const known = fieldsByNumber.get(name);
  if (known) return known;
  const table = new Map(fieldsOf(name).map((field) => [field.number, field]));
  fieldsByNumber.set(name, table);
  return table;
}

/** @throws FileError naming the byte where it is no such message. */
export function decode<Name extends MessageName>(
  name: Name,
  bytes: Uint8Array,
  where: string,
): Message<Name> {
  const reader = new BinaryReader(bytes);
  try {
    return readMessage({ reader, bytes, where }, name, bytes.length, 0) as Message<Name>;
  } catch (cause) {
    if (cause instanceof ConvNetError) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(
      { where: `${where}, byte ${reader.pos}`, expected: "ONNX's messages", received },
      { cause },
    );
  }
}

interface Source {
  readonly reader: BinaryReader;
  readonly bytes: Uint8Array;
  readonly where: string;
}

function readMessage(source: Source, name: MessageName, end: number, depth: number): Record<string, unknown> {
  const { reader, where } = source;
  const table = fieldTable(name);
  const message: Record<string, unknown> = {};
  for (const { name: field, isRepeated } of table.values()) if (isRepeated) message[field] = [];
  while (reader.pos < end) {
    const at = reader.pos;
    const [number, wireType] = reader.tag();
    const field = table.get(number);
    const problem = (expected: string, received: string) =>
      new FileError({ where: `${where}, byte ${at}, ${name}`, expected, received });
    if (!field) {
      if (wireType === WireType.StartGroup || wireType === WireType.EndGroup)
        throw problem("a field of ONNX", `a group, number ${number}`);
      reader.skip(wireType, number);
    } else if (wireType === WireType.LengthDelimited) {
      const length = reader.uint32();
      const stop = reader.pos + length;
      if (stop > end) throw problem(`at most ${end - reader.pos} bytes of ${field.name}`, `${length} bytes`);
      if (depth >= mostNested) throw problem(`at most ${mostNested} messages in each other`, "more");
      put(message, field, readLengthDelimited(source, field, stop, depth, problem));
    } else {
      if (wireType !== numberKinds[field.kind])
        throw problem(`${field.name} as ${field.kind}`, `wire type ${wireType}`);
      put(message, field, [readNumber(reader, field.kind)]);
    }
    if (reader.pos > end) throw problem("the message to end with its fields", `byte ${reader.pos}`);
  }
  return message;
}

function put(
  message: Record<string, unknown>,
  { name, isRepeated }: Field,
  values: readonly unknown[],
): void {
  if (!isRepeated) {
    message[name] = values[values.length - 1];
    return;
  }
  const list = message[name] as unknown[];
  for (const value of values) list.push(value);
}

function readLengthDelimited(
  source: Source,
  { name, kind, isRepeated }: Field,
  stop: number,
  depth: number,
  problem: (expected: string, received: string) => FileError,
): unknown[] {
  if (Object.hasOwn(schema, kind)) return [readMessage(source, kind as MessageName, stop, depth + 1)];
  const { reader, bytes } = source;
  if (kind === "bytes" || kind === "string") {
    const content = bytes.subarray(reader.pos, stop);
    reader.pos = stop;
    return [kind === "bytes" ? content : new TextDecoder().decode(content)];
  }
  if (!isRepeated) throw problem(`${name} as ${kind}`, "a list");
  const values: number[] = [];
  while (reader.pos < stop) values.push(readNumber(reader, kind));
  if (reader.pos !== stop) throw problem(`${name} to end at byte ${stop}`, `byte ${reader.pos}`);
  return values;
}

function readNumber(reader: BinaryReader, kind: string): number {
  if (kind === "float") return reader.float();
  if (kind === "double") return reader.double();
  if (kind === "int32") return reader.int32();
  return Number(kind === "int64" ? reader.int64() : reader.uint64());
}

/** A message as bytes, fields in the order of the schema. */
export function encode<Name extends MessageName>(
  name: Name,
  message: MessageToWrite<Name>,
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeMessage(writer, name, message);
  return writer.finish();
}

function writeMessage(writer: BinaryWriter, name: MessageName, message: object): void {
  for (const { name: field, number, kind, isRepeated } of fieldsOf(name)) {
    const value = (message as Readonly<Record<string, unknown>>)[field];
    if (value === undefined) continue;
    const values = isRepeated ? (value as readonly unknown[]) : [value];
    const wireType = numberKinds[kind];
    if (wireType !== undefined && isRepeated) {
      if (values.length === 0) continue;
      writer.tag(number, WireType.LengthDelimited).fork();
      for (const item of values) writeNumber(writer, kind, item as number);
      writer.join();
      continue;
    }
    for (const item of values) {
      writer.tag(number, wireType ?? WireType.LengthDelimited);
      if (wireType !== undefined) writeNumber(writer, kind, item as number);
      else if (kind === "bytes") writer.bytes(item as Uint8Array);
      else if (kind === "string") writer.string(item as string);
      else {
        writer.fork();
        writeMessage(writer, kind as MessageName, item as object);
        writer.join();
      }
    }
  }
}

function writeNumber(writer: BinaryWriter, kind: string, value: number): void {
  if (kind === "float") writer.float(value);
  else if (kind === "double") writer.double(value);
  else if (kind === "int32") writer.int32(value);
  else if (kind === "int64") writer.int64(value);
  else writer.uint64(value);
}
