/** A panel of a plot with two logarithmic axes, as SVG that reads well on light and dark pages. */

export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Default: powers of ten and of two between, as many as fit. */
  readonly ticks?: readonly number[];
}

export interface PanelOptions {
  readonly x: Axis;
  readonly y: Axis;
  /** Of the axes' rectangle, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title?: string;
}

/** Shapes of marks by series, so that colour is not the only difference. */
const marks: ((x: number, y: number) => string)[] = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="4"`,
  (x, y) => `<rect x="${x - 3.6}" y="${y - 3.6}" width="7.2" height="7.2"`,
  (x, y) => `<path d="M${x} ${y - 5}l5 8.6h-10z"`,
  (x, y) => `<path d="M${x} ${y - 5.2}l5.2 5.2l-5.2 5.2l-5.2 -5.2z"`,
  (x, y) => `<path d="M${x} ${y + 5}l5 -8.6h-10z"`,
  (x, y) => `<path d="M${x - 5} ${y - 2}h3v-3h4v3h3v4h-3v3h-4v-3h-3z"`,
];

const lightColours = ["#1f6fbf", "#b8540f", "#23804c", "#7d43b8", "#b52a45", "#66590f"];
const darkColours = ["#6fb1f2", "#f0a05f", "#63c58d", "#bf94ec", "#f07f93", "#cfc06a"];

const coloured = (colours: readonly string[]): string =>
  colours.map((colour, i) => `.s${i}{fill:${colour};stroke:${colour}}`).join("");

const style = `text{font:12px system-ui,sans-serif;fill:#334}.title{font-weight:600;font-size:13px}.number{font-size:11px}.grid{stroke:#ccd;stroke-width:.7}.frame{fill:none;stroke:#889}.roof{fill:none;stroke:#556;stroke-width:1.6}.line{fill:none;stroke-width:1.8}.mark{fill-opacity:.8}${coloured(lightColours)}.line{fill:none!important}@media(prefers-color-scheme:dark){text{fill:#cde}.grid{stroke:#3a4450}.frame{stroke:#889}.roof{stroke:#9ab}${coloured(darkColours)}}`;

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const at = (value: number): string => String(Number(value.toFixed(1)));

export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${style}</style>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

export function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${at(x)}" y="${at(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;
}

/** A mark with a text that appears when the pointer is on it. */
export function mark(series: number, x: number, y: number, title = ""): string {
  const shape = marks[series % marks.length](Number(at(x)), Number(at(y)));
  return `${shape} class="mark s${series % marks.length}">${title && `<title>${escaped(title)}</title>`}</${/<(\w+)/.exec(shape)?.[1]}>`;
}

const asNumber = (value: number): string =>
  value >= 1000 && value % 1000 === 0 ? `${value / 1000}k` : String(value);

/** Powers of ten, and between them 2 and 5 where there is room. */
function ticksOf({ low, high, ticks }: Axis): number[] {
  if (ticks) return [...ticks];
  const steps = Math.log10(high / low) <= 2.2 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(6));
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
  }
  return found;
}

export class Panel {
  private readonly options: PanelOptions;

  constructor(options: PanelOptions) {
    this.options = options;
  }

  x(value: number): number {
    const { x, left, width } = this.options;
    return left + (Math.log(value / x.low) / Math.log(x.high / x.low)) * width;
  }

  y(value: number): number {
    const { y, top, height } = this.options;
    return top + height - (Math.log(value / y.low) / Math.log(y.high / y.low)) * height;
  }

  /** Grid, frame, numbers and names of the axes. */
  axes(): string {
    const { x, y, left, top, width, height, title } = this.options;
    const bottom = top + height;
    const parts: string[] = [];
    for (const tick of ticksOf(x)) {
      const across = at(this.x(tick));
      parts.push(`<path class="grid" d="M${across} ${top}V${bottom}"/>`);
      parts.push(text(this.x(tick), bottom + 16, asNumber(tick), 'class="number" text-anchor="middle"'));
    }
    for (const tick of ticksOf(y)) {
      const down = this.y(tick);
      parts.push(`<path class="grid" d="M${left} ${at(down)}H${left + width}"/>`);
      parts.push(text(left - 6, down + 4, asNumber(tick), 'class="number" text-anchor="end"'));
    }
    parts.push(`<rect class="frame" x="${left}" y="${top}" width="${width}" height="${height}"/>`);
    parts.push(text(left + width / 2, bottom + 34, x.label, 'text-anchor="middle"'));
    const [nameX, nameY] = [left - 40, top + height / 2];
    parts.push(text(nameX, nameY, y.label, `text-anchor="middle" transform="rotate(-90 ${nameX} ${nameY})"`));
    if (title) parts.push(text(left + width / 2, top - 10, title, 'class="title" text-anchor="middle"'));
    return parts.join("\n");
  }

  path(points: readonly (readonly [x: number, y: number])[]): string {
    return `M${points.map(([x, y]) => `${at(this.x(x))} ${at(this.y(y))}`).join("L")}`;
  }
}
