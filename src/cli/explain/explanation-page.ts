import { escapeHtml } from "../report/escape.ts";
import { writePage } from "../report/page.ts";
import { dataUri } from "../report/picture.ts";

export interface MapPicture {
  readonly title: string;
  readonly png: Uint8Array;
}

/** What the page shows. */
export interface Explanation {
  readonly path: string;
  readonly modelPath: string;
  /** Likeliest first. */
  readonly guesses: readonly {
    readonly label: number;
    readonly name: string;
    readonly probability: number;
  }[];
  /** Of the picture, as the network takes it. */
  readonly size: string;
  readonly seen: Uint8Array;
  readonly gradCam: { readonly layer: string; readonly maps: readonly MapPicture[] };
  readonly saliency: Uint8Array;
  readonly occlusion: { readonly png: Uint8Array; readonly side: number };
  readonly layers: readonly {
    readonly name: string;
    readonly size: string;
    readonly channels: number;
    /** How many of the channels are drawn. */
    readonly shown: number;
    readonly png: Uint8Array;
  }[];
}

const mostGuesses = 10;

const ownStyle = `
header { margin-bottom: 24px; }
.why { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 20px; margin-top: 16px; }
.guesses { width: 100%; font-size: 14px; } .guesses td { padding: 5px 8px; } .guesses td:first-child { padding-left: 0; }
.guesses td:nth-child(2) { width: 60%; } .guesses tr:first-child { font-weight: 640; }
.layer { margin: 20px 0 0; } .layer img { width: auto; max-width: 100%; aspect-ratio: auto; background: none; border-radius: 0; }
.layer h3 { margin: 0 0 6px; font-size: 14px; font-weight: 620; }
`;

/** Why a model says what it says, as one HTML page that needs nothing else. */
export function writeExplanation(explanation: Explanation): string {
  const { path, modelPath, guesses, size, seen, gradCam, saliency, occlusion, layers } = explanation;
  const [best] = guesses;
  const title = `${path}: ${best.name}, ${percent(best.probability)}`;
  const body = `<div class="pair-of">
<section><h2>What the network sees</h2>
<p class="lead">The picture as it enters: ${escapeHtml(size)} pixels.</p>
<div class="why">${figure("The picture as it enters the network", seen)}</div></section>
<section><h2>What it says</h2>
${drawGuesses(guesses)}</section>
</div>
<section><h2>Where it saw what speaks for a class</h2>
<p class="lead">Grad-CAM at ${escapeHtml(gradCam.layer)}: its feature maps, each weighted by how much the class's score rises with it. Bright is strong.</p>
<div class="why">${gradCam.maps.map(({ title: name, png }) => figure(`Grad-CAM for ${name}`, png, name)).join("\n")}</div></section>
<div class="pair-of">
<section><h2>Which pixels matter</h2>
<p class="lead">Saliency for ${escapeHtml(best.name)}: how much its score moves with each pixel.</p>
<div class="why">${figure(`Saliency for ${best.name}`, saliency)}</div></section>
<section><h2>What it loses when a part is covered</h2>
<p class="lead">A square of ${occlusion.side} pixels moves over the picture. Blue: ${escapeHtml(best.name)} becomes less likely. Orange: more.</p>
<div class="why">${figure(`Occlusion for ${best.name}`, occlusion.png)}</div></section>
</div>
<section><h2>What the layers make of it</h2>
<p class="lead">Each square is one feature map; all of a layer are on one scale. White is strong; where there are numbers below 0, they are orange and those above blue.</p>
${layers.map(drawLayer).join("\n")}</section>`;
  return writePage({
    eyebrow: "ConvNet explanation",
    title,
    lead: `<code>${escapeHtml(modelPath)}</code>`,
    body,
    ownStyle,
  });
}

function figure(alt: string, png: Uint8Array, caption?: string): string {
  const text = caption === undefined ? "" : `<figcaption><b>${escapeHtml(caption)}</b></figcaption>`;
  return `<figure><img alt="${escapeHtml(alt)}" src="${dataUri(png)}">${text}</figure>`;
}

function drawGuesses(guesses: Explanation["guesses"]): string {
  const rows = guesses
    .slice(0, mostGuesses)
    .map(
      ({ name, probability }) =>
        `<tr><td>${escapeHtml(name)}</td><td><span class="bar" style="--share:${probability.toFixed(4)}"></span></td><td class="number">${escapeHtml(percent(probability))}</td></tr>`,
    );
  return `<table class="guesses"><tbody>${rows.join("\n")}</tbody></table>`;
}

function drawLayer({ name, size, channels, shown, png }: Explanation["layers"][number]): string {
  const part = shown < channels ? `, the first ${shown} of ${channels} maps` : "";
  return `<div class="layer"><h3>${escapeHtml(name)} <span class="muted">${escapeHtml(`${size}${part}`)}</span></h3>
<figure class="scroll"><img alt="${escapeHtml(`Feature maps of ${name}`)}" src="${dataUri(png)}"></figure></div>`;
}

/** `91.8 %`; never a round 0 or 100 that is none. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1 %";
  if (share < 1 && share > 0.999) return ">99.9 %";
  return `${(100 * share).toFixed(1)} %`;
}
