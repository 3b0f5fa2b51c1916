import asciichart from "asciichart";
import type { EpochRecord } from "../run-record.ts";

const height = 7;
const labelWidth = 9;
const widest = 72;

/** Loss and accuracy over the epochs, drawn with characters; training blue, validation yellow. */
export function drawCurves(epochs: readonly EpochRecord[], columns: number, colors: boolean): string {
  const width = Math.max(10, Math.min(widest, columns - labelWidth - 3));
  return [drawCurve("loss", epochs, width, colors), drawCurve("accuracy", epochs, width, colors)].join(
    "\n\n",
  );
}

function drawCurve(
  name: "loss" | "accuracy",
  epochs: readonly EpochRecord[],
  width: number,
  colors: boolean,
): string {
  const validation = `val${name[0].toUpperCase()}${name.slice(1)}`;
  const names = [name, ...(epochs.every(({ logs }) => validation in logs) ? [validation] : [])];
  const series = names.map((key) =>
    stretch(
      epochs.map(({ logs }) => logs[key]),
      width,
    ),
  );
  const palette = [asciichart.blue, asciichart.yellow];
  const reset = "\u001b[39m";
  const title = names.map((key, i) => (colors ? `${palette[i]}${key}${reset}` : key)).join("  ");
  const chart = asciichart.plot(series, {
    height,
    format: (value) => value.toFixed(4).padStart(labelWidth),
    ...(colors ? { colors: palette } : {}),
  });
  const last = `epoch ${epochs[epochs.length - 1].epoch}`;
  const axis = `epoch ${epochs[0].epoch}`.padEnd(Math.max(0, width - last.length));
  return `${" ".repeat(labelWidth + 2)}${title}\n${chart}\n${" ".repeat(labelWidth + 2)}${axis}${last}`;
}

/** The values at `width` places from the first to the last, joined by straight lines. */
function stretch(values: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, i) => {
    const at = (i / (width - 1)) * (values.length - 1);
    const before = Math.floor(at);
    const after = Math.min(before + 1, values.length - 1);
    return values[before] + (values[after] - values[before]) * (at - before);
  });
}
