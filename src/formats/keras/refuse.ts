import { FileError } from "../../core/errors.ts";

/** What a JSON object is while nothing is known of it. */
export type Config = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as errors show it. */
export function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "nothing";
}

export function refusal(where: string, expected: string, received: unknown, hint?: string): FileError {
  return new FileError({
    where,
    expected,
    received: typeof received === "string" ? received : shown(received),
    hint,
  });
}

/** @throws FileError unless the value is an object. */
export function requireObject(where: string, value: unknown): Config {
  if (isObject(value)) return value;
  throw refusal(where, "an object", value);
}

/** @throws FileError unless the value is a list. */
export function requireList(where: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refusal(where, "a list", value);
}

/** @throws FileError unless the value is text. */
export function requireText(where: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw refusal(where, "a text", value);
}
