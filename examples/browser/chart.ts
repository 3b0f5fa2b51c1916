export interface ChartOptions {
  /** What the chart shows, for those who cannot see it. */
  readonly label: string;
  /** Place of a value between the bottom (0) and the top (1). */
  readonly scale: (value: number) => number;
  /** Lines across, with their names. */
  readonly ticks: readonly (readonly [value: number, name: string])[];
}

interface Measured {
  readonly images: number;
  readonly value: number;
}

const namespace = "http://www.w3.org/2000/svg";
const [width, height] = [1000, 1000];

/** A line and some dots. It takes its colours from the style sheet, and whatever size the element has. */
export class Chart {
  private readonly scale: (value: number) => number;
  private readonly line: SVGPathElement;
  private readonly dots: SVGPathElement;

  constructor(element: HTMLElement, { label, scale, ticks }: ChartOptions) {
    this.scale = scale;
    const svg = document.createElementNS(namespace, "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const path = (className: string): SVGPathElement => {
      const made = document.createElementNS(namespace, "path");
      made.setAttribute("class", className);
      svg.append(made);
      return made;
    };
    path("grid").setAttribute("d", ticks.map(([value]) => `M0 ${this.y(value)}H${width}`).join(""));
    this.line = path("line");
    this.dots = path("dots");
    element.append(svg);
    for (const [value, name] of ticks) {
      const text = document.createElement("span");
      text.textContent = name;
      text.style.bottom = `${scale(value) * 100}%`;
      text.ariaHidden = "true";
      element.append(text);
    }
  }

  private y(value: number): number {
    const up = Math.min(1, Math.max(0, this.scale(value)));
    return Math.round((1 - up) * height);
  }

  /** @param end the number of images at the right edge */
  draw(end: number, points: readonly Measured[], dots: readonly Measured[]): void {
    const place = ({ images, value }: Measured): string =>
      `${Math.round((images / end) * width)} ${this.y(value)}`;
    this.line.setAttribute("d", points.length > 0 ? `M${points.map(place).join("L")}` : "");
    /* Lines of no length with round ends: dots that stay round however the chart is stretched. */
    this.dots.setAttribute("d", dots.map((dot) => `M${place(dot)}h0`).join(""));
  }
}
