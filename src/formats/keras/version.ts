/** The version of Keras whose layout is written, and the time that files say: a fixed one, so that equal models are equal files. */
export const kerasVersion = "3.12.0";
export const dateSaved = "1980-01-01@00:00:00";

/** `"2.1.6-tf"` → 2; 0 for none. */
export function majorVersion(text: unknown): number {
  return typeof text === "string" ? Number(/^\d+/.exec(text)?.[0] ?? 0) : 0;
}
