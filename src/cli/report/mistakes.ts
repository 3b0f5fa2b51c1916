import { formatPercent } from "../format.ts";
import { escapeHtml } from "./escape.ts";
import { dataUri, encodePicture, samplePixels } from "./picture.ts";
import type { Verdict } from "./verdicts.ts";

export interface TestImages {
  readonly x: Float32Array | Int32Array | Uint8Array;
  readonly sampleShape: readonly number[];
}

/** Test images that were taken for something else, with what they are and what the network said. */
export function drawMistakes(
  mistakes: readonly Verdict[],
  { x, sampleShape }: TestImages,
  names: readonly string[],
): string {
  if (mistakes.length === 0) return `<p class="muted">No mistake on the test set.</p>`;
  const size = sampleShape.reduce((product, length) => product * length, 1);
  const figures = mistakes.map(({ sample, truth, said, probability }) => {
    const pixels = samplePixels(x, size, sample);
    const png = pixels && encodePicture(pixels, sampleShape);
    const [trueName, saidName] = [escapeHtml(names[truth]), escapeHtml(names[said])];
    const image = png ? `<img alt="test image ${sample}: ${trueName}" src="${dataUri(png)}">` : "";
    return `<figure title="test image ${sample}">${image}
<figcaption><b>${trueName}</b><span class="said">said ${saidName}, <span class="number">${formatPercent(probability, 0)}</span></span></figcaption></figure>`;
  });
  return `<div class="mistakes">${figures.join("\n")}</div>`;
}
