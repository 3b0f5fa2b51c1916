import { escapeHtml } from "./escape.ts";

export interface Curve {
  readonly name: string;
  /** Class of the colour in the style sheet. */
  readonly tone: "train" | "validation" | "test";
  /** One value an epoch. */
  readonly values: readonly number[];
}

interface ChartOptions {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Numbers of the epochs, from 1. */
  readonly epochs: readonly number[];
  readonly from?: number;
  readonly to?: number;
  /** Of the numbers beside the curves, and of those at the axis. */
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
}

const width = 570;
const height = 300;
const plot = { left: 68, right: width - 148, top: 16, bottom: height - 42 };
const labelHeight = 16;

/** A line chart over epochs as SVG, each curve named at its end. */
export function drawChart({ title, curves, epochs, from, to, format, formatTick }: ChartOptions): string {
  const values = curves.flatMap((curve) => curve.values).filter(Number.isFinite);
  const yTicks = ticks(from ?? Math.min(...values), to ?? Math.max(...values), 5);
  const low = yTicks[0];
  const high = yTicks[yTicks.length - 1];
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const x = (epoch: number): number =>
    first === last
      ? (plot.left + plot.right) / 2
      : plot.left + ((epoch - first) / (last - first)) * (plot.right - plot.left);
  const y = (value: number): number =>
    plot.bottom - ((value - low) / (high - low || 1)) * (plot.bottom - plot.top);
  const xTicks = ticks(first, last, 8).filter(
    (tick) => Number.isInteger(tick) && tick >= first && tick <= last,
  );
  const grid = yTicks.map(
    (tick) =>
      `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
      `<text x="${plot.left - 10}" y="${round(y(tick) + 4)}" text-anchor="end">${formatTick(tick)}</text>`,
  );
  const axis = xTicks.map(
    (tick) => `<text x="${round(x(tick))}" y="${plot.bottom + 20}" text-anchor="middle">${tick}</text>`,
  );
  const labels = spread(curves.map(({ values }) => y(values[values.length - 1])));
  const drawn = curves.map((curve, i) => drawCurve(curve, epochs, x, y, labels[i], format));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">
${grid.join("\n")}
${axis.join("\n")}
<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
<text x="${(plot.left + plot.right) / 2}" y="${height - 6}" text-anchor="middle">epoch</text>
${drawn.join("\n")}
</svg>`;
}

function drawCurve(
  { name, tone, values }: Curve,
  epochs: readonly number[],
  x: (epoch: number) => number,
  y: (value: number) => number,
  labelY: number,
  format: (value: number) => string,
): string {
  const last = values[values.length - 1];
  const label = `<text class="name" x="${plot.right + 10}" y="${round(labelY + 4)}">${escapeHtml(name)} ${format(last)}</text>`;
  if (tone === "test") {
    return `<g class="${tone}"><line class="curve" x1="${plot.left}" x2="${plot.right}" y1="${round(y(last))}" y2="${round(y(last))}"/>${label}</g>`;
  }
  const points = values.map((value, i) => `${round(x(epochs[i]))},${round(y(value))}`);
  const dots = points.map((point, i) => {
    const [cx, cy] = point.split(",");
    return `<circle cx="${cx}" cy="${cy}" r="3.5"><title>epoch ${epochs[i]}: ${format(values[i])}</title></circle>`;
  });
  return `<g class="${tone}"><polyline class="curve" points="${points.join(" ")}"/>${dots.join("")}${label}</g>`;
}

/** Round numbers that enclose both ends. */
export function ticks(from: number, to: number, most: number): number[] {
  const range = to - from || Math.abs(to) || 1;
  const power = 10 ** Math.floor(Math.log10(range / most));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => range / size <= most) ?? 10 * power;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Moves the heights of labels apart until none covers another. */
function spread(heights: readonly number[]): number[] {
  const order = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const total = (order.length - 1) * labelHeight;
  let least = Math.min(order[0].height, plot.bottom - total);
  for (const label of order) {
    label.height = Math.max(label.height, least);
    least = label.height + labelHeight;
  }
  const overflow = Math.max(0, order[order.length - 1].height - plot.bottom);
  const moved = [...heights];
  for (const { height, i } of order) moved[i] = height - overflow;
  return moved;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
