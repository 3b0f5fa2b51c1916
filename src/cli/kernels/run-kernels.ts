import { parse } from "node:path";
import { writeFile } from "../../core/files.ts";
import { convolve, disposeBackends, imageKernels, type NumberArray } from "../../index.ts";
import { readImage } from "../../node.ts";
import { escapeHtml } from "../report/escape.ts";
import { writePage } from "../report/page.ts";
import { dataUri, encodePicture } from "../report/picture.ts";

export interface KernelsOptions {
  readonly out?: string;
  readonly size: number;
}

type Kernel = readonly (readonly number[])[];

/** What a kernel does, in the order of the table. */
const meanings: Readonly<Record<keyof typeof imageKernels, string>> = {
  identity: "Identity: the photo as it is",
  sharpen: "Sharpen: each pixel against its neighbours",
  boxBlur: "Box blur: the mean of nine pixels",
  gaussianBlur: "Gaussian blur: near pixels count more",
  outline: "Outline: edges in all directions",
  sobelX: "Sobel x: edges from left to right",
  sobelY: "Sobel y: edges from top to bottom",
  emboss: "Emboss: light from one corner",
};

const ownStyle = `
.kernels { width: 100%; } .kernels > tbody > tr > td { padding: 14px 18px 14px 0; border-top: 1px solid var(--line); vertical-align: middle; }
.kernels > tbody > tr:first-child > td { border-top: 0; } .kernels img { display: block; max-width: 100%; height: auto; border-radius: 8px; }
.kernels h2 { margin: 0 0 8px; } .kernel { border-collapse: collapse; }
.kernel td { padding: 2px 9px; border: 1px solid var(--line); text-align: right; font-size: 13px; }
`;

/** The command `convnet kernels`: writes the page whole or not at all. */
export async function runKernels(path: string, { out, size }: KernelsOptions): Promise<void> {
  try {
    const { width, height } = await readImage(path);
    const scale = Math.min(1, size / Math.max(width, height));
    const side = (length: number): number => Math.max(1, Math.round(length * scale));
    const photo = await readImage(path, { width: side(width), height: side(height), channels: 3 });
    const shape = [photo.height, photo.width, 3];
    const rows: string[] = [];
    for (const [name, meaning] of Object.entries(meanings)) {
      const kernel: Kernel = imageKernels[name as keyof typeof imageKernels];
      const filtered = await convolve({ data: photo.data, shape }, kernel, { padding: "same" });
      rows.push(drawRow(meaning, kernel, encodePicture(bytesOf(filtered, kernel), shape)));
    }
    const page = out ?? `${parse(path).name}.kernels.html`;
    await writeFile(page, new TextEncoder().encode(pageOf(path, rows)));
    process.stdout.write(
      `${path}: ${rows.length} kernels on ${photo.width} × ${photo.height} pixels in ${page}\n`,
    );
  } finally {
    await disposeBackends();
  }
}

/** Numbers as bytes: kernels whose weights add up to 0 find edges, which are shown by their strength. */
function bytesOf({ data }: NumberArray, kernel: Kernel): Uint8Array {
  const findsEdges = Math.abs(kernel.flat().reduce((sum, weight) => sum + weight, 0)) < 1e-6;
  return new Uint8Array(
    Uint8ClampedArray.from(data, (value) => (findsEdges ? Math.abs(value) : value)).buffer,
  );
}

function drawRow(meaning: string, kernel: Kernel, png: Uint8Array | undefined): string {
  const cells = kernel.map(
    (row) => `<tr>${row.map((weight) => `<td class="number">${weightText(weight)}</td>`).join("")}</tr>`,
  );
  return `<tr><td><h2>${escapeHtml(meaning)}</h2><table class="kernel"><tbody>${cells.join("")}</tbody></table></td>
<td>${png ? `<img alt="${escapeHtml(meaning)}" src="${dataUri(png)}">` : ""}</td></tr>`;
}

/** Ninths and 256ths as fractions. */
function weightText(weight: number): string {
  if (Number.isInteger(weight)) return String(weight).replace("-", "−");
  const below = [9, 256].find((denominator) =>
    Number.isInteger(Math.round(weight * denominator * 1e6) / 1e6),
  );
  return below ? `${Math.round(weight * below)}/${below}` : String(weight);
}

function pageOf(path: string, rows: readonly string[]): string {
  const title = `What kernels highlight in ${path}`;
  const body = `<section><table class="kernels"><tbody>
${rows.join("\n")}
</tbody></table></section>`;
  return writePage({
    eyebrow: "ConvNet kernels",
    title,
    lead: `<p class="lead">Each pixel becomes the sum of its neighbours times the kernel's weights, for each colour by itself: what a convolution
does before anything is learned. Around the photo lie zeros. Edges are shown by their strength.</p>`,
    body,
    ownStyle,
  });
}
