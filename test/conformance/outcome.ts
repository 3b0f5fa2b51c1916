/** What became of one case. */
export interface Outcome {
  readonly family: string;
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly detail: string;
}

export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

export type Nested = number | readonly Nested[];

export function flat(nested: Nested): number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(flat);
}

export function shapeOf(nested: Nested): number[] {
  return typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0])];
}

/** What is wrong with `actual`, or nothing. NaN equals NaN. */
export function difference(
  actual: ArrayLike<number>,
  expected: readonly number[],
  { abs, rel }: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`;
  for (const [i, want] of expected.entries()) {
    const bothNaN = Number.isNaN(actual[i]) && Number.isNaN(want);
    if (!bothNaN && !(Math.abs(actual[i] - want) <= abs + rel * Math.abs(want))) {
      return `element ${i}: ${actual[i]} instead of ${want}`;
    }
  }
  return undefined;
}

/** Runs a case: a thrown error is a failure, `Unsupported` a skip. */
export async function outcomeOf(
  family: string,
  name: string,
  run: () => Promise<string | undefined>,
): Promise<Outcome> {
  try {
    const detail = await run();
    return { family, name, result: detail === undefined ? "passed" : "failed", detail: detail ?? "" };
  } catch (error) {
    if (error instanceof Unsupported) return { family, name, result: "skipped", detail: error.message };
    return { family, name, result: "failed", detail: String(error) };
  }
}

/** What the case needs does not exist here yet. */
export class Unsupported extends Error {}
