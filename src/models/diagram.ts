/**
 * A network drawn as the textbooks draw it: feature maps as blocks in proportion to their height, width and channels,
 * dense layers as columns of units, and what leads from one to the next.
 */
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Layer } from "../layers/layer.ts";
import { drawGraph } from "./diagram-graph.ts";
import type { NetworkNode } from "./network.ts";
import { describe, drawText, escapeText, formatNumber as f } from "./svg.ts";

/** What is drawn: a model, or anything with layers and shapes. */
export interface Drawable {
  readonly layers: readonly Layer[];
  readonly inputShape: Shape;
  /** Shape of one sample behind each layer. */
  readonly shapes: readonly Shape[];
  /** How layers are connected, if they are no chain. */
  readonly branches?: readonly NetworkNode[] | undefined;
}

/** A thing to draw: the data between layers. */
interface Stage {
  readonly shape: Shape;
  /** What made it, in a few words; several lines. */
  readonly made: readonly string[];
  readonly kind: "volume" | "row" | "units";
  /** Window that slid over the stage before, in pixels. */
  readonly window: number;
}

const margin = 24;
const gap = 64;
const tallest = 150;
const thickest = 70;
const mostUnits = 9;
const unitStep = 15;
/** How far the depth of a block is drawn to the right and up, per pixel of width. */
const slant = 0.35;

/** Room between neighbouring texts. */
const labelGap = 10;
/** Width of a letter, roughly. */
const letter = 6.8;

/** Width of what is written above and below a stage. */
function labelWidth({ made, shape }: Stage): number {
  return Math.max(...[...made, shape.join(" × ")].map((line) => line.length)) * letter;
}

/** Layers that neither change the shape nor have weights are mentioned with the layer before them. */
function stagesOf({ layers, inputShape, shapes }: Drawable): Stage[] {
  const kindOf = (shape: Shape, type: string): Stage["kind"] => {
    if (type === "dense") return "units";
    return shape.length > 1 ? "volume" : "row";
  };
  const stages: Stage[] = [{ shape: inputShape, made: ["input"], kind: kindOf(inputShape, ""), window: 0 }];
  for (const [i, layer] of layers.entries()) {
    const before = i === 0 ? inputShape : shapes[i - 1];
    const isSilent = layer.weights.length === 0 && before.join() === shapes[i].join();
    if (isSilent) {
      const last = stages[stages.length - 1];
      if (layer.type !== "input")
        stages[stages.length - 1] = { ...last, made: [...last.made, ...describe(layer)] };
      continue;
    }
    const size = layer.options.kernelSize ?? layer.options.poolSize ?? 0;
    /* A transposed convolution goes the other way: from a pixel to a window. */
    const window = layer.type.endsWith("Transpose") ? 0 : Number([size].flat().at(-2) ?? [size].flat()[0]);
    stages.push({ shape: shapes[i], made: describe(layer), kind: kindOf(shapes[i], layer.type), window });
  }
  return stages;
}

/** Height, width and channels of a block: sequences are one pixel wide, the planes of a volume stand behind each other. */
function blockOf(shape: Shape): readonly [height: number, width: number, channels: number] {
  if (shape.length === 2) return [shape[0], 1, shape[1]];
  const [height, width, channels] = shape.slice(-3);
  return [height, width, channels * sizeOf(shape.slice(0, -3))];
}

interface Scale {
  readonly perPixel: number;
  readonly perChannel: number;
}

function scaleOf(stages: readonly Stage[]): Scale {
  const volumes = stages.filter(({ kind }) => kind === "volume").map(({ shape }) => blockOf(shape));
  const pixels = Math.max(1, ...volumes.map(([height, width]) => Math.max(height, width)));
  const channels = Math.max(1, ...volumes.map(([, , depth]) => depth));
  return { perPixel: tallest / pixels, perChannel: thickest / channels };
}

/** Corners of a block whose front face begins at (x, y); its thickness is its number of channels. */
interface Block {
  readonly x: number;
  readonly y: number;
  readonly thickness: number;
  readonly height: number;
  /** Of the depth, to the right and up. */
  readonly right: number;
}

interface Placed {
  readonly stage: Stage;
  readonly x: number;
  readonly width: number;
  readonly svg: string;
  /** Where lines from the next stage's window begin. */
  readonly block: Block | undefined;
}

function polygon(points: readonly (readonly [number, number])[], style: string): string {
  return `<polygon class="${style}" points="${points.map(([x, y]) => `${f(x)},${f(y)}`).join(" ")}"/>`;
}

function drawVolume(stage: Stage, x: number, middle: number, { perPixel, perChannel }: Scale): Placed {
  const [rows, columns, channels] = blockOf(stage.shape);
  const height = Math.max(3, rows * perPixel);
  const right = Math.max(1, columns * perPixel * slant);
  const thickness = Math.max(2, channels * perChannel);
  const y = middle - height / 2 + right / 2;
  const block: Block = { x, y, thickness, height, right };
  const front = [
    [x, y],
    [x + thickness, y],
    [x + thickness, y + height],
    [x, y + height],
  ] as const;
  const top = [
    [x, y],
    [x + right, y - right],
    [x + right + thickness, y - right],
    [x + thickness, y],
  ] as const;
  const side = [
    [x + thickness, y],
    [x + thickness + right, y - right],
    [x + thickness + right, y - right + height],
    [x + thickness, y + height],
  ] as const;
  const svg = polygon(front, "front") + polygon(top, "top") + polygon(side, "side");
  return { stage, x, width: thickness + right, svg, block };
}

function drawRow(stage: Stage, x: number, middle: number): Placed {
  const height = Math.min(tallest, Math.max(20, sizeOf(stage.shape) / 8));
  const svg = `<rect class="row" x="${f(x)}" y="${f(middle - height / 2)}" width="10" height="${f(height)}" rx="2"/>`;
  return { stage, x, width: 10, svg, block: undefined };
}

/** Heights of the units that are drawn, and where the dots for the others stand. */
function unitHeights(count: number, middle: number): { heights: number[]; dots: number | undefined } {
  const drawn = Math.min(count, mostUnits + 1);
  const all = Array.from({ length: drawn }, (_, i) => middle + (i - (drawn - 1) / 2) * unitStep);
  if (count <= mostUnits + 1) return { heights: all, dots: undefined };
  const left = Math.ceil(drawn / 2);
  return { heights: all.filter((_, i) => i !== left), dots: all[left] };
}

function drawUnits(stage: Stage, x: number, middle: number): Placed {
  const { heights, dots } = unitHeights(sizeOf(stage.shape), middle);
  const circles = heights.map((y) => `<circle class="unit" cx="${f(x + 7)}" cy="${f(y)}" r="5.5"/>`).join("");
  const rest = dots === undefined ? "" : `<text class="label" x="${f(x + 7)}" y="${f(dots + 3)}">⋮</text>`;
  return { stage, x, width: 14, svg: circles + rest, block: undefined };
}

/** The window on one stage's front, and lines to the place it fills on the next. */
function drawWindow(from: Block, { block: to, stage }: Placed, { perPixel }: Scale): string {
  const size = stage.window * perPixel;
  if (!to || size === 0 || size > from.height) return "";
  const x = from.x + from.thickness;
  const y = from.y + from.height * 0.3;
  const lean = size * slant;
  const face = [
    [x, y],
    [x + lean, y - lean],
    [x + lean, y - lean + size],
    [x, y + size],
  ] as const;
  const target = { x: to.x, y: to.y + to.height * 0.3 };
  const lines = face.map(
    ([fromX, fromY]) =>
      `<line class="ray" x1="${f(fromX)}" y1="${f(fromY)}" x2="${f(target.x)}" y2="${f(target.y)}"/>`,
  );
  return polygon(face, "window") + lines.join("");
}

/** A few lines from each drawn unit of one column to each of the next. */
function drawConnections(before: Placed, after: Placed, middle: number): string {
  if (after.stage.kind !== "units") return "";
  const ends = unitHeights(sizeOf(after.stage.shape), middle).heights;
  const starts =
    before.stage.kind === "units"
      ? unitHeights(sizeOf(before.stage.shape), middle).heights
      : [middle - 40, middle, middle + 40];
  const line = (from: number, to: number) =>
    `<line class="weight" x1="${f(before.x + before.width)}" y1="${f(from)}" x2="${f(after.x + 1)}" y2="${f(to)}"/>`;
  return starts.flatMap((from) => ends.map((to) => line(from, to))).join("");
}

/** A bracket below a run of stages. */
function drawBracket(stages: readonly Placed[], y: number, name: string): string {
  if (stages.length === 0) return "";
  const left = stages[0].x - 12;
  const last = stages[stages.length - 1];
  const right = last.x + last.width + 12;
  const path = `<path class="bracket" d="M${f(left)} ${f(y)}v7H${f(right)}v-7"/>`;
  return path + drawText([name], (left + right) / 2, y + 24, "part");
}

const style = `
text{font:11px system-ui,sans-serif;text-anchor:middle;fill:#334}
.made{font-weight:600;fill:#123}.part{font-size:12px;font-weight:600;fill:#556}
.front{fill:#8fb8de;stroke:#2b5d8a}.top{fill:#b9d5ee;stroke:#2b5d8a}.side{fill:#6f9fcc;stroke:#2b5d8a}
.row{fill:#e7c77b;stroke:#8a6a1f}.unit{fill:#f2b8a2;stroke:#a4502f}.weight{stroke:#a4502f;stroke-opacity:.16}
.window{fill:#ffcf5c;fill-opacity:.75;stroke:#a67c00}.ray{stroke:#a67c00;stroke-opacity:.7;stroke-width:.7}
.bracket{fill:none;stroke:#889}
@media(prefers-color-scheme:dark){text{fill:#bcd}.made{fill:#eef}.part{fill:#9ab}
.front{fill:#2f5f8f}.top{fill:#4a7fb3}.side{fill:#244b73}.front,.top,.side{stroke:#9cc4ea}
.row{fill:#7a6020;stroke:#e7c77b}.unit{fill:#8a4630;stroke:#f2b8a2}.weight{stroke:#f2b8a2}
.window{fill:#a67c00;stroke:#ffcf5c}.ray{stroke:#ffcf5c}}`.replace(/\n/g, "");

/**
 * Draws a network as SVG: feature maps to scale with their shapes, dense layers as units, marked "feature extraction"
 * and "classification". Networks with branches are drawn as boxes and arrows.
 *
 * @example
 * const svg = diagram(model); // "<svg xmlns=…"
 */
export function diagram(model: Drawable): string {
  if (model.branches) return drawGraph(model.branches);
  const stages = stagesOf(model);
  const scale = scaleOf(stages);
  const top = 58;
  const middle = top + tallest / 2 + (tallest * slant) / 2;
  const placed: Placed[] = [];
  let x = margin + 20;
  for (const stage of stages) {
    const draw = { volume: drawVolume, row: drawRow, units: drawUnits }[stage.kind];
    const half = draw(stage, 0, middle, scale).width / 2;
    const before = placed.at(-1);
    const free = before
      ? before.x + before.width / 2 + (labelWidth(before.stage) + labelWidth(stage)) / 2 + labelGap
      : margin + labelWidth(stage) / 2;
    const item = draw(stage, Math.max(x, free - half), middle, scale);
    placed.push(item);
    x = item.x + Math.max(item.width, 30) + gap;
  }
  const last = placed[placed.length - 1];
  const lastLabel = last.x + last.width / 2 + labelWidth(last.stage) / 2;
  const width = Math.max(x - gap + 20, lastLabel) + margin;
  const bottom = middle + tallest / 2 + (tallest * slant) / 2 + 22;
  const parts: string[] = [];
  for (const [i, item] of placed.entries()) {
    const before = placed[i - 1];
    if (before) parts.push(drawConnections(before, item, middle));
    parts.push(item.svg);
    if (before?.block) parts.push(drawWindow(before.block, item, scale));
    const center = item.x + item.width / 2;
    parts.push(drawText(item.stage.made, center, top - 30 - (item.stage.made.length - 2) * 7, "made"));
    parts.push(drawText([item.stage.shape.join(" × ")], center, bottom, "label"));
  }
  const firstFlat = placed.findIndex(({ stage }) => stage.kind !== "volume");
  const features = firstFlat < 0 ? placed : placed.slice(0, firstFlat);
  if (features.length > 1) parts.push(drawBracket(features, bottom + 14, "feature extraction"));
  if (firstFlat >= 0) parts.push(drawBracket(placed.slice(firstFlat), bottom + 14, "classification"));
  const height = bottom + 52;
  const title = `Network: ${stages.map(({ made, shape }) => `${made.join(" ")} ${shape.join("×")}`).join(", ")}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${f(width)} ${f(height)}" width="${f(width)}" height="${f(height)}" role="img">`,
    `<title>${escapeText(title)}</title><style>${style}</style>`,
    ...parts,
    "</svg>",
  ].join("\n");
}
