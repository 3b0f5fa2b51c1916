import { FileError } from "../../core/errors.ts";
import { didYouMean } from "../../core/names.ts";
import { type Constant, readTensor } from "./constant.ts";
import type { Message } from "./schema.ts";

/** What an attribute may hold. Texts are those of `strings`, too. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | Constant;

/** Kinds of attributes by code. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, AttributeProto.AttributeType */
const kinds = ["UNDEFINED", "FLOAT", "INT", "STRING", "TENSOR", "GRAPH", "FLOATS", "INTS", "STRINGS"];

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** @throws FileError for kinds that no supported op has: graphs, sparse arrays, types. */
export function readAttribute(where: string, attribute: Message<"Attribute">): AttributeValue {
  const { type = 0, f, i, s, t, floats, ints, strings } = attribute;
  if (attribute.refAttrName)
    throw new FileError({ where, expected: "a value", received: `a reference to ${attribute.refAttrName}` });
  switch (kinds[type] === "UNDEFINED" ? kindOf(attribute) : kinds[type]) {
    case "FLOAT":
      return f ?? 0;
    case "INT":
      return i ?? 0;
    case "STRING":
      return text(s);
    case "FLOATS":
      return floats;
    case "INTS":
      return ints;
    case "STRINGS":
      return strings.map(text);
    case "TENSOR":
      if (t) return readTensor(where, t);
  }
  throw new FileError({
    where,
    expected: "numbers, texts or an array",
    received: kinds[type] ?? `kind ${type}`,
  });
}

/** Files of ONNX's first version do not say of which kind an attribute is. */
function kindOf({ f, i, s, t, g, floats, ints, strings }: Message<"Attribute">): string | undefined {
  if (f !== undefined) return "FLOAT";
  if (i !== undefined) return "INT";
  if (s !== undefined) return "STRING";
  if (t !== undefined) return "TENSOR";
  if (g !== undefined) return "GRAPH";
  if (floats.length > 0) return "FLOATS";
  if (strings.length > 0) return "STRINGS";
  return ints.length > 0 ? "INTS" : undefined;
}

/** A node's attributes, asked for by name and kind. */
export class Attributes {
  readonly where: string;
  readonly values: ReadonlyMap<string, AttributeValue>;

  constructor(where: string, values: ReadonlyMap<string, AttributeValue>) {
    this.where = where;
    this.values = values;
  }

  /** @throws FileError naming an attribute that the op does not have. */
  check(known: readonly string[]): void {
    for (const name of this.values.keys()) {
      if (known.includes(name)) continue;
      throw new FileError({
        where: this.where,
        expected: "a known attribute",
        received: JSON.stringify(name),
        hint: known.length > 0 ? didYouMean(name, known) : "The op has none.",
      });
    }
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  number(name: string, otherwise: number): number {
    const value = this.values.get(name) ?? otherwise;
    if (typeof value === "number") return value;
    throw this.problem(name, "a number", value);
  }

  whole(name: string, otherwise: number): number {
    const value = this.number(name, otherwise);
    if (Number.isSafeInteger(value)) return value;
    throw this.problem(name, "a whole number", value);
  }

  /** An attribute that is 0 or 1. */
  flag(name: string, otherwise = false): boolean {
    return this.number(name, otherwise ? 1 : 0) !== 0;
  }

  text(name: string, otherwise: string): string {
    const value = this.values.get(name) ?? otherwise;
    if (typeof value === "string") return value;
    throw this.problem(name, "a text", value);
  }

  /** One of a few texts. */
  choice<Text extends string>(name: string, otherwise: Text, known: readonly Text[]): Text {
    const value = this.text(name, otherwise);
    const found = known.find((text) => text === value);
    if (found !== undefined) return found;
    throw this.problem(name, known.map((text) => JSON.stringify(text)).join(" or "), value);
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.values.get(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value;
    throw this.problem(name, "numbers", value);
  }

  /** Whole numbers, as many as there are spatial axes. */
  sizes(name: string, count: number, least = 1): readonly number[] | undefined {
    const value = this.numbers(name);
    if (value === undefined) return undefined;
    if (value.length === count && value.every((n) => Number.isSafeInteger(n) && n >= least)) return value;
    throw this.problem(name, `${count} whole numbers ≥ ${least}`, value);
  }

  tensor(name: string): Constant | undefined {
    const value = this.values.get(name);
    if (value === undefined || (typeof value === "object" && "type" in value)) return value;
    throw this.problem(name, "an array", value);
  }

  private problem(name: string, expected: string, value: AttributeValue): FileError {
    const received = typeof value === "object" && "type" in value ? "an array" : JSON.stringify(value);
    return new FileError({ where: `${this.where}, ${name}`, expected, received: received.slice(0, 80) });
  }
}
