/** A network with branches drawn as boxes in columns, from the inputs on the left to the outputs on the right. */
import type { Layer } from "../layers/layer.ts";
import type { NetworkNode } from "./network.ts";
import { describe, drawText, escapeText, formatNumber as f } from "./svg.ts";

const margin = 24;
const boxWidth = 166;
const boxHeight = 58;
const columnGap = 46;
const rowGap = 22;

interface Box {
  readonly node: NetworkNode;
  readonly column: number;
  readonly row: number;
}

/** Each use of a layer in the column behind those it reads, near the middle of their rows. */
function place(nodes: readonly NetworkNode[]): Box[] {
  const columns: number[] = [];
  const boxes: Box[] = [];
  const taken = new Map<number, Set<number>>();
  for (const node of nodes) {
    const column = Math.max(0, ...node.inputs.map((input) => columns[input.node] + 1));
    const rows = node.inputs.map((input) => boxes[input.node].row);
    const wished = rows.length === 0 ? 0 : rows.reduce((a, b) => a + b, 0) / rows.length;
    const used = taken.get(column) ?? new Set<number>();
    taken.set(column, used);
    let row = Math.round(wished);
    while (used.has(row)) row++;
    used.add(row);
    columns.push(column);
    boxes.push({ node, column, row });
  }
  return boxes;
}

const left = ({ column }: Box): number => margin + column * (boxWidth + columnGap);
const top = ({ row }: Box): number => margin + row * (boxHeight + rowGap);

function drawBox(box: Box): string {
  const { layer, shapes } = box.node;
  const [x, y] = [left(box), top(box)];
  const middle = x + boxWidth / 2;
  const style = kindOf(layer);
  return [
    `<rect class="${style}" x="${f(x)}" y="${f(y)}" width="${boxWidth}" height="${boxHeight}" rx="6"/>`,
    drawText([layer.name], middle, y + 17, "made"),
    drawText([describe(layer).join(" ")], middle, y + 33, "label"),
    drawText([shapes.map((shape) => shape.join(" × ")).join(", ")], middle, y + 49, "label"),
  ].join("");
}

function kindOf({ type, weights }: Layer): string {
  if (type === "input") return "input";
  return weights.length > 0 ? "weighted" : "plain";
}

/** From the right of one box to the left of the next; below those in between, if it passes some. */
function drawArrow(from: Box, to: Box): string {
  const [x1, y1] = [left(from) + boxWidth, top(from) + boxHeight / 2];
  const [x2, y2] = [left(to) - 5, top(to) + boxHeight / 2];
  const isFar = to.column - from.column > 1 && from.row === to.row;
  if (!isFar) {
    const bend = (x2 - x1) / 2;
    return `<path class="arrow" d="M${f(x1)} ${f(y1)}C${f(x1 + bend)} ${f(y1)} ${f(x2 - bend)} ${f(y2)} ${f(x2)} ${f(y2)}"/>`;
  }
  const low = y1 + boxHeight / 2 + rowGap / 2;
  return `<path class="arrow" d="M${f(x1)} ${f(y1)}C${f(x1 + 18)} ${f(y1)} ${f(x1 + 4)} ${f(low)} ${f(x1 + 30)} ${f(low)}H${f(x2 - 30)}C${f(x2 - 4)} ${f(low)} ${f(x2 - 18)} ${f(y2)} ${f(x2)} ${f(y2)}"/>`;
}

const style = `
text{font:11px system-ui,sans-serif;text-anchor:middle;fill:#334}.made{font-weight:600;fill:#123}
.input{fill:#e7c77b;stroke:#8a6a1f}.weighted{fill:#b9d5ee;stroke:#2b5d8a}.plain{fill:#eef2f6;stroke:#889}
.arrow{fill:none;stroke:#556;stroke-width:1.3;marker-end:url(#head)}.head{fill:#556}
@media(prefers-color-scheme:dark){text{fill:#bcd}.made{fill:#eef}.input{fill:#7a6020;stroke:#e7c77b}
.weighted{fill:#2f5f8f;stroke:#9cc4ea}.plain{fill:#2a3038;stroke:#889}.arrow{stroke:#9ab}.head{fill:#9ab}}`.replace(
  /\n/g,
  "",
);

/** The network as SVG. */
export function drawGraph(nodes: readonly NetworkNode[]): string {
  const boxes = place(nodes);
  const width = Math.max(...boxes.map(left)) + boxWidth + margin;
  const height = Math.max(...boxes.map(top)) + boxHeight + rowGap + margin;
  const arrows = boxes.flatMap((box) => box.node.inputs.map((input) => drawArrow(boxes[input.node], box)));
  const title = boxes
    .map(({ node }) => {
      const sources = node.inputs.map((input) => nodes[input.node].layer.name).join(", ");
      return `${node.layer.name}${sources ? ` from ${sources}` : ""}`;
    })
    .join("; ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${f(width)} ${f(height)}" width="${f(width)}" height="${f(height)}" role="img">`,
    `<title>${escapeText(`Network: ${title}`)}</title><style>${style}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    ...arrows,
    ...boxes.map(drawBox),
    "</svg>",
  ].join("\n");
}
