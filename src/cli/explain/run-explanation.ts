import { parse } from "node:path";
import { writeFile } from "../../core/files.ts";
import { featureMaps, gradCam, type NumberArray, occlusion, saliency, toPng } from "../../explain.ts";
import { disposeBackends, loadModel, type Model } from "../../index.ts";
import { classNamesOf } from "../datasets.ts";
import { findNewestModel } from "../predict/find-model.ts";
import { defaultFit, type Fit, type InputShape, imageShape, readPixels } from "../predict/read-pixels.ts";
import { findRecord } from "../run-record.ts";
import { type Explanation, type MapPicture, percent, writeExplanation } from "./explanation-page.ts";

export interface ExplainOptions {
  readonly model?: string;
  readonly out?: string;
  readonly layer?: string;
  readonly fit?: Fit;
  readonly json?: boolean;
}

/** Classes whose Grad-CAM is shown. */
const shownClasses = 3;
/** Layers whose maps are shown, and numbers of a layer that are drawn at most. */
const mostLayers = 48;
const mostNumbers = 1_500_000;
const mostChannels = 64;
/** Side of a drawn picture, in pixels, if it is smaller. */
const drawnSide = 224;

/** The command `convnet explain`: writes the page whole or not at all. */
export async function runExplanation(path: string, options: ExplainOptions): Promise<void> {
  try {
    const modelPath = options.model ?? (await findNewestModel());
    const model = await loadModel(modelPath);
    const record = await findRecord(modelPath);
    const shape = imageShape(model.inputShape.map(Number), modelPath);
    const fit = options.fit ?? defaultFit(shape, record?.dataset);
    const pixels = await readPixels(path, shape, fit, modelPath, model.meaning.pictures);
    const names = classNamesOf(record ?? {}, model.outputShape[model.outputShape.length - 1]);
    const explanation = await explain(model, pixels, shape, names, options.layer);
    const out = options.out ?? `${parse(path).name}.explain.html`;
    await writeFile(out, new TextEncoder().encode(writeExplanation({ ...explanation, path, modelPath })));
    const [best] = explanation.guesses;
    const { label, name, probability } = best;
    const line = options.json
      ? JSON.stringify({ image: path, model: modelPath, label, name, probability, page: out })
      : `${path}: ${name}, ${percent(probability)}. Why: ${out}`;
    process.stdout.write(`${line}\n`);
  } finally {
    await disposeBackends();
  }
}

/** All pictures of the page. */
async function explain(
  model: Model,
  pixels: Uint8Array | Uint8ClampedArray,
  shape: InputShape,
  names: readonly string[],
  layer: string | undefined,
): Promise<Omit<Explanation, "path" | "modelPath">> {
  const [height, width, channels] = shape;
  const scale = Math.max(1, Math.round(drawnSide / Math.max(height, width)));
  const over: NumberArray = { data: Float32Array.from(pixels, (byte) => byte / 255), shape };
  const picture = (map: NumberArray, kind: "grey" | "sequential" | "diverging" | undefined, isOver = true) =>
    toPng(map, { scale, ...(kind && { colors: kind }), ...(isOver && { over }) });
  const { data } = await model.predict(pixels);
  const guesses = Array.from(data, (probability, label) => ({ label, name: names[label], probability })).sort(
    (a, b) => b.probability - a.probability || a.label - b.label,
  );
  const classMaps: MapPicture[] = [];
  let layerName = "";
  for (const guess of guesses.slice(0, shownClasses)) {
    const map = await gradCam(model, pixels, { class: guess.label, ...(layer !== undefined && { layer }) });
    layerName = map.layer;
    classMaps.push({ title: guess.name, png: await picture(map.overlay, "sequential") });
  }
  const [{ label }] = guesses;
  const moving = await saliency(model, pixels, { class: label });
  const covered = await occlusion(model, pixels, { class: label });
  const seen = channels === 3 ? over : { data: over.data, shape: [height, width] };
  return {
    guesses,
    size: `${height} × ${width}${channels === 3 ? " in colour" : ""}`,
    seen: await picture(seen, channels === 3 ? undefined : "grey", false),
    gradCam: { layer: layerName, maps: classMaps },
    saliency: await picture(moving, "sequential", false),
    occlusion: { png: await picture(covered.overlay, "diverging"), side: covered.size },
    layers: await layerPictures(model, pixels),
  };
}

async function layerPictures(
  model: Model,
  pixels: Uint8Array | Uint8ClampedArray,
): Promise<Explanation["layers"]> {
  const all = await featureMaps(model, pixels);
  const pictures: Explanation["layers"][number][] = [];
  for (const { layer, data, shape } of all.slice(0, mostLayers)) {
    const [height, width, channels] = shape;
    const shown = Math.max(1, Math.min(channels, mostChannels, Math.floor(mostNumbers / (height * width))));
    const chosen = Float32Array.from(
      { length: height * width * shown },
      (_, i) => data[Math.floor(i / shown) * channels + (i % shown)],
    );
    const map = { data: chosen, shape: [height, width, shown] };
    const scale = Math.max(1, Math.floor(48 / Math.max(height, width)));
    const colors = chosen.some((value) => value < 0) ? "diverging" : "grey";
    const png = await toPng(map, { scale, colors, columns: Math.min(shown, 8) });
    pictures.push({ name: layer, size: `${height} × ${width} × ${channels}`, shown, channels, png });
  }
  return pictures;
}
