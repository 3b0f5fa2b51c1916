import { OptionError } from "../core/errors.ts";

/** In front of and behind each axis. */
export type Sides = readonly (readonly [before: number, after: number])[];

export type Side = number | readonly [before: number, after: number];
/** The same on both sides, or `[before, after]`. */
export type Sides1d = Side | readonly [readonly [before: number, after: number]];
/** The same on every side, a number for each axis, or `[[top, bottom], [left, right]]`. */
export type Sides2d = number | readonly [Side, Side];
/** The same on every side, a number for each axis, or `[before, after]` for each. */
export type Sides3d = number | readonly [Side, Side, Side];

const forms = [
  "[before, after]",
  "[rows, columns] or [[top, bottom], [left, right]]",
  "[depth, rows, columns] or [before, after] for each of them",
];

/** Rows, columns and the like that an option names, for each of `rank` axes. @throws OptionError if it is malformed. */
export function sidesOfOption(
  where: string,
  name: string,
  value: Sides1d | Sides2d | Sides3d,
  rank: number,
): Sides {
  const isPair = rank === 1 && Array.isArray(value) && value.length === 2 && typeof value[0] === "number";
  const axes = typeof value === "number" ? new Array<number>(rank).fill(value) : isPair ? [value] : value;
  const sides = (axes as readonly Side[]).map((side) => (typeof side === "number" ? [side, side] : side));
  const isWhole = (n: number): boolean => Number.isInteger(n) && n >= 0;
  if (sides.length !== rank || sides.some((side) => side.length !== 2 || !side.every(isWhole))) {
    throw new OptionError({
      where,
      expected: `${name} as a number, ${forms[rank - 1]}, whole and ≥ 0`,
      received: JSON.stringify(value),
    });
  }
  return sides as unknown as Sides;
}
