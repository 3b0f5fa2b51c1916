import { snakeCase } from "./keras-names.ts";
import type { TokenWriter } from "./token.ts";

export type Language = "typescript" | "python";

/** A value as a literal. In Python, lists of plain numbers are tuples, and names are spelled with underscores. */
export function writeValue(writer: TokenWriter, language: Language, value: unknown): void {
  const isPython = language === "python";
  if (value === null || value === undefined) writer.add("constant", isPython ? "None" : "null");
  else if (typeof value === "boolean") {
    const text = String(value);
    writer.add("constant", isPython ? `${text[0].toUpperCase()}${text.slice(1)}` : text);
  } else if (typeof value === "number") writer.add("number", String(value));
  else if (typeof value === "string") writer.string(isPython ? snakeCase(value) : value);
  else if (Array.isArray(value)) {
    const isTuple = isPython && value.every((item) => typeof item !== "string");
    writer.mark(isTuple ? "(" : "[");
    writer.list(value, writer.comma, (item: unknown) => writeValue(writer, language, item));
    if (isTuple && value.length === 1) writer.mark(",");
    writer.mark(isTuple ? ")" : "]");
  } else {
    writer.mark("{").space();
    writer.list(Object.entries(value as object), writer.comma, ([key, item]) => {
      if (isPython) writer.string(snakeCase(key));
      else writer.property(key);
      writer.mark(":").space();
      writeValue(writer, language, item);
    });
    writer.space().mark("}");
  }
}
