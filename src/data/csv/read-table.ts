import { FileError } from "../../core/errors.ts";

/** Rows of cells: numbers where a cell is one, else its text. */
export interface Table {
  /** Names of the columns, if the first line has them. */
  readonly header: readonly string[] | undefined;
  readonly columns: number;
  readonly rows: number;
  /** All numbers row by row; NaN where a cell is text. */
  readonly numbers: Float64Array;
  /** Cells that are no numbers, by their place in `numbers`. */
  readonly texts: ReadonlyMap<number, string>;
  /** Line of the file that a row begins in, from 1. */
  lineOf(row: number): number;
}

const [newline, carriageReturn, quote, space] = [10, 13, 34, 32];

/** The first of comma, semicolon and tab in the first line, or a comma. */
function separatorOf(bytes: Uint8Array): number {
  const end = bytes.indexOf(newline);
  const line = bytes.subarray(0, end < 0 ? bytes.length : end);
  return [44, 59, 9].find((separator) => line.includes(separator)) ?? 44;
}

/**
 * Reads comma-separated values; semicolons and tabs will do, cells may be quoted. A first line with a cell that is no
 * number, in a column of numbers, is a heading.
 *
 * @param where name of the file, for errors
 * @throws FileError naming the line that has more or fewer cells than the first.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 * @example
 * const { rows, columns } = readTable(new TextEncoder().encode("1,2\n3,4\n"), "two.csv"); // 2, 2
 */
export function readTable(bytes: Uint8Array, where: string): Table {
  const separator = separatorOf(bytes);
  const cells = new Cells();
  let columns = 0;
  let inRow = 0;
  let line = 1;
  const lines: number[] = [];
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    if (inRow === 0) {
      /* Empty lines are none. */
      if (bytes[at] === newline || bytes[at] === carriageReturn) {
        if (bytes[at] === newline) line++;
        at++;
        continue;
      }
      lines.push(line);
    }
    at = bytes[at] === quote ? cells.quoted(bytes, at, where, line) : cells.plain(bytes, at, separator);
    inRow++;
    if (at < bytes.length && bytes[at] === separator) {
      at++;
      if (at < bytes.length) continue;
      cells.empty();
      inRow++;
    }
    while (bytes[at] === carriageReturn) at++;
    if (at < bytes.length && bytes[at] !== newline) {
      throw new FileError({
        where: `${where}, line ${line}`,
        expected: "a separator behind a quoted cell",
        received: JSON.stringify(String.fromCharCode(bytes[at])),
      });
    }
    if (lines.length === 1) columns = inRow;
    else if (inRow !== columns) {
      throw new FileError({
        where: `${where}, line ${line}`,
        expected: `${columns} cells, as line ${lines[0]} has`,
        received: String(inRow),
      });
    }
    inRow = 0;
    line++;
    at++;
  }
  if (lines.length === 0)
    throw new FileError({ where, expected: "rows of numbers", received: "an empty file" });
  return cells.table(columns, lines);
}

/** Grows as cells come in. */
class Cells {
  private numbers = new Float64Array(1024);
  private length = 0;
  private readonly texts = new Map<number, string>();
  private readonly decoder = new TextDecoder();

  private put(value: number): void {
    if (this.length === this.numbers.length) {
      const wider = new Float64Array(2 * this.length);
      wider.set(this.numbers);
      this.numbers = wider;
    }
    this.numbers[this.length++] = value;
  }

  private text(text: string): void {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isNaN(value)) this.texts.set(this.length, text);
    this.put(value);
  }

  empty(): void {
    this.text("");
  }

  /** @returns where the cell ends */
  plain(bytes: Uint8Array, from: number, separator: number): number {
    let value = 0;
    let isWhole = true;
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === separator || byte === newline || byte === carriageReturn) break;
      const digit = byte - 48;
      if (digit >= 0 && digit <= 9) value = 10 * value + digit;
      else if (byte !== space) isWhole = false;
    }
    /* Whole numbers are most of a table of pixels; a space inside is no number. */
    const isShort = at - from < 15 && at > from;
    if (isWhole && isShort && bytes[from] !== space && bytes[at - 1] !== space) {
      if (!bytes.subarray(from, at).includes(space)) {
        this.put(value);
        return at;
      }
    }
    this.text(this.decoder.decode(bytes.subarray(from, at)).trim());
    return at;
  }

  /** A quote within quotes is doubled. @returns where the cell ends */
  quoted(bytes: Uint8Array, from: number, where: string, line: number): number {
    for (let at = from + 1; at < bytes.length; at++) {
      if (bytes[at] !== quote) continue;
      if (bytes[at + 1] === quote) {
        at++;
        continue;
      }
      this.text(this.decoder.decode(bytes.subarray(from + 1, at)).replaceAll('""', '"'));
      return at + 1;
    }
    throw new FileError({
      where: `${where}, line ${line}`,
      expected: "the end of a quoted cell",
      received: "the end of the file",
    });
  }

  table(columns: number, lines: readonly number[]): Table {
    const { texts } = this;
    const cell = (row: number, column: number): number => this.numbers[row * columns + column];
    const all = Array.from({ length: columns }, (_, column) => column);
    const isHeading =
      lines.length === 1
        ? all.every((column) => texts.has(column))
        : all.some((column) => texts.has(column) && !Number.isNaN(cell(1, column)));
    const skip = isHeading ? columns : 0;
    const header = Array.from(
      { length: columns },
      (_, column) => texts.get(column) ?? String(cell(0, column)),
    );
    const left = new Map([...texts].filter(([at]) => at >= skip).map(([at, text]) => [at - skip, text]));
    return {
      header: isHeading ? header : undefined,
      columns,
      rows: lines.length - (isHeading ? 1 : 0),
      numbers: this.numbers.subarray(skip, this.length),
      texts: left,
      lineOf: (row) => lines[row + (isHeading ? 1 : 0)],
    };
  }
}
