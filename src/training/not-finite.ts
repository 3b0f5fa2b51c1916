import { NotFiniteError } from "../core/errors.ts";

/** @param lastFinite the last loss that was finite, if there is one and it is known */
export function notFinite(where: string, loss: number, lastFinite?: number): NotFiniteError {
  const before = Number.isNaN(lastFinite) ? "none" : lastFinite?.toPrecision(4);
  return new NotFiniteError({
    where,
    expected: "a finite loss",
    received: before === undefined ? String(loss) : `${loss} (the last finite one was ${before})`,
    hint: "The weights are those of before this step. Try a lower learning rate, and look at the inputs.",
  });
}
