import type { Result } from "./contender.ts";
import { median } from "./statistics.ts";

/** A Markdown table; columns whose name begins with ">" are numbers and line up right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = columns.map((name) => name.startsWith(">"));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map((name) => name.replace(/^>/, ""))),
    `|${isNumber.map((number) => (number ? "---:" : "---")).join("|")}|`,
    ...rows.map(line),
  ].join("\n");
}

/** Three digits, or all digits of larger numbers. */
export const rounded = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

/** Median with the lowest and highest, or the only value. */
export function spread(values: readonly number[], format = rounded): string {
  const middle = format(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${format(Math.min(...values))} – ${format(Math.max(...values))})`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

export const times = (value: number): string => `${Number(value.toPrecision(3))} ×`;

/** Name and version of a contender. */
export const label = ({ name, version }: Result): string => (version ? `${name} ${version}` : name);

export const threadCount = (count: number): string => `${count} ${count === 1 ? "thread" : "threads"}`;
