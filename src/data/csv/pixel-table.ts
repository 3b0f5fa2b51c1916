import { DataError, FileError, OptionError } from "../../core/errors.ts";
import { checkOptions, didYouMean } from "../../core/names.ts";
import { type Dataset, dataset } from "../dataset.ts";
import { readTable, type Table } from "./read-table.ts";

export interface PixelTableOptions {
  /** Height and width of the images that the rows hold. Default: square, if the number of columns allows. */
  imageSize?: readonly [height: number, width: number];
  /** Default 1. */
  channels?: number;
  /** The value of white; pixels become value / maxValue. Default 255: they stay bytes. */
  maxValue?: number;
  /** `"first"`, `"last"`, the number of the column from 0, or its name in the heading. Default `"last"`. */
  labelColumn?: string | number;
  /** Names of the classes, if they are known: those of another part of the same data. */
  classNames?: readonly string[];
}

/**
 * A table of pixels as a data set: each row an image, row by row, and its label: whole numbers from 0, or names.
 *
 * @param where name of the file, for errors
 * @throws FileError or DataError naming the line and what is wrong there.
 * @example
 * const table = new TextEncoder().encode("0,16,16,0,1\n16,0,0,16,0\n");
 * const data = pixelTable(table, "two.csv", { maxValue: 16 }); // samples [2, 2, 1], labels 1 and 0
 */
export function pixelTable(bytes: Uint8Array, where: string, options: PixelTableOptions = {}): Dataset {
  checkOptions("pixelTable", options, ["imageSize", "channels", "maxValue", "labelColumn", "classNames"]);
  const { channels = 1, maxValue = 255, classNames } = options;
  if (!(maxValue > 0 && maxValue < Number.POSITIVE_INFINITY)) {
    throw new OptionError({ where: "maxValue", expected: "a positive number", received: String(maxValue) });
  }
  const table = readTable(bytes, where);
  const labelColumn = columnOf(where, table, options.labelColumn ?? "last");
  const pixels = table.columns - 1;
  const [height, width] = options.imageSize ?? squareOf(where, pixels, channels);
  if (height * width * channels !== pixels) {
    throw new DataError({
      where,
      expected: `${height * width * channels} columns of pixels for ${height} × ${width} × ${channels}, and one label`,
      received: `${table.columns} columns`,
    });
  }
  if (table.rows === 0)
    throw new FileError({ where, expected: "rows of numbers", received: "only a heading" });
  const x = pixelsOf(where, table, labelColumn, maxValue);
  const { y, names } = labelsOf(where, table, labelColumn, classNames);
  const named = names ?? classNames;
  return dataset({ x, y, sampleShape: [height, width, channels], ...(named ? { classNames: named } : {}) });
}

function columnOf(where: string, { header, columns }: Table, wanted: string | number): number {
  if (wanted === "first") return 0;
  if (wanted === "last") return columns - 1;
  const column = typeof wanted === "number" ? wanted : (header ?? []).indexOf(wanted);
  if (Number.isInteger(column) && column >= 0 && column < columns) return column;
  throw new OptionError({
    where: `${where}, label column`,
    expected: header
      ? "first, last, or a column of the heading"
      : `first, last, or a number below ${columns}`,
    received: JSON.stringify(wanted),
    hint: header && typeof wanted === "string" ? didYouMean(wanted, header) : undefined,
  });
}

function squareOf(where: string, pixels: number, channels: number): readonly [number, number] {
  const side = Math.round(Math.sqrt(pixels / channels));
  if (side > 0 && side * side * channels === pixels) return [side, side];
  throw new OptionError({
    where,
    expected: "imageSize: [height, width] (--image-size 8x8) for images that are not square",
    received: `${pixels} columns of pixels`,
  });
}

/** Bytes if white is 255 and all are whole, else value / maxValue. */
function pixelsOf(
  where: string,
  table: Table,
  labelColumn: number,
  maxValue: number,
): Uint8Array | Float32Array {
  const { numbers, rows, columns, lineOf, texts } = table;
  const isPixel = (i: number): boolean => i % columns !== labelColumn;
  let isBytes = maxValue === 255;
  for (const [i, value] of numbers.entries()) {
    if (!isPixel(i)) continue;
    if (!(value >= 0 && value <= maxValue)) {
      throw new DataError({
        where: `${where}, line ${lineOf(Math.floor(i / columns))}, cell ${(i % columns) + 1}`,
        expected: `a number from 0 to ${maxValue}`,
        received: texts.has(i) ? JSON.stringify(texts.get(i)) : String(value),
        hint: value > maxValue ? "Say what white is: maxValue (--max-value)." : undefined,
      });
    }
    isBytes &&= Number.isInteger(value);
  }
  const x = new (isBytes ? Uint8Array : Float32Array)(rows * (columns - 1));
  let at = 0;
  for (const [i, value] of numbers.entries()) if (isPixel(i)) x[at++] = isBytes ? value : value / maxValue;
  return x;
}

/** Whole numbers from 0 as they are; anything else is a name. */
function labelsOf(
  where: string,
  { numbers, texts, rows, columns, lineOf }: Table,
  labelColumn: number,
  known: readonly string[] | undefined,
): { y: Int32Array; names?: readonly string[] } {
  const places = Array.from({ length: rows }, (_, row) => row * columns + labelColumn);
  const isNumber = places.every((at) => Number.isInteger(numbers[at]) && numbers[at] >= 0);
  if (isNumber && !known) return { y: Int32Array.from(places, (at) => numbers[at]) };
  const found = places.map((at) => texts.get(at) ?? String(numbers[at]));
  const empty = found.indexOf("");
  if (empty >= 0) {
    throw new DataError({
      where: `${where}, line ${lineOf(empty)}`,
      expected: "a label",
      received: "an empty cell",
    });
  }
  const names = known ?? [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
  const y = Int32Array.from(found, (name) => names.indexOf(name));
  const unknown = y.indexOf(-1);
  if (unknown < 0) return { y, names };
  throw new DataError({
    where: `${where}, line ${lineOf(unknown)}`,
    expected: `a label among ${names.slice(0, 10).join(", ")}`,
    received: JSON.stringify(found[unknown]),
  });
}
