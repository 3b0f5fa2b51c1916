import { mark, Panel, svg, text } from "./panel.ts";

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface GrowthPanel {
  readonly title: string;
  /** What is varied. */
  readonly axis: string;
  readonly series: readonly Series[];
}

const [panelWidth, panelHeight, gap] = [270, 250, 70];

/** How the time for one image grows: a panel for each thing that is varied. */
export function growthPlot(title: string, panels: readonly GrowthPanel[]): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const width = Math.max(panels.length * (panelWidth + gap) + 20, names.length * 180 + 60);
  const height = panelHeight + 150;
  const parts = [text(20, 22, title, 'class="title"')];
  for (const [i, { title: name, axis, series }] of panels.entries()) {
    const xs = series.flatMap(({ points }) => points.map(([x]) => x));
    const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
    const panel = new Panel({
      title: name,
      x: {
        label: axis,
        low: Math.min(...xs) / 1.2,
        high: Math.max(...xs) * 1.2,
        ticks: [...new Set(xs)].sort((a, b) => a - b),
      },
      y: { label: i === 0 ? "ms for an image" : "", low: Math.min(...ys) / 1.5, high: Math.max(...ys) * 1.5 },
      left: 60 + i * (panelWidth + gap),
      top: 62,
      width: panelWidth,
      height: panelHeight,
    });
    parts.push(panel.axes());
    for (const { name: line, points } of series) {
      const number = names.indexOf(line);
      parts.push(`<path class="s${number} line" d="${panel.path(points)}"/>`);
      for (const [x, y] of points) {
        parts.push(mark(number, panel.x(x), panel.y(y), `${line}, ${axis} ${x}: ${y.toPrecision(3)} ms`));
      }
    }
  }
  for (const [i, name] of names.entries()) {
    parts.push(mark(i, 70 + i * 180, height - 22), text(82 + i * 180, height - 18, name));
  }
  return svg(width, height, title, parts);
}
