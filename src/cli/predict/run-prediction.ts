import { disposeBackends, loadModel } from "../../index.ts";
import { classNamesOf } from "../datasets.ts";
import { findRecord } from "../run-record.ts";
import { findNewestModel } from "./find-model.ts";
import { defaultFit, type Fit, type InputShape, imageShape, readPixels } from "./read-pixels.ts";
import { drawGuesses, drawPixels, type Guess } from "./text.ts";

export interface PredictOptions {
  readonly model?: string;
  readonly fit?: Fit;
  readonly show?: boolean;
  readonly json?: boolean;
}

/** The command `convnet predict`. Nothing is printed unless all pictures can be read. */
export async function runPrediction(paths: readonly string[], options: PredictOptions): Promise<void> {
  try {
    const modelPath = options.model ?? (await findNewestModel());
    const model = await loadModel(modelPath);
    const record = await findRecord(modelPath);
    const shape = imageShape(model.inputShape.map(Number), modelPath);
    const [classes] = model.outputShape.slice(-1);
    const names = classNamesOf(model.meaning.classNames ? model.meaning : (record ?? {}), classes);
    const way = options.fit ?? defaultFit(shape, record?.dataset);
    const fit = model.meaning.pictures ?? {};
    const images = await Promise.all(paths.map((path) => readPixels(path, shape, way, modelPath, fit)));
    const size = images[0].length;
    const x = new Uint8Array(images.length * size);
    for (const [i, pixels] of images.entries()) x.set(pixels, i * size);
    const { data } = await model.predict(x);
    for (const [i, path] of paths.entries()) {
      const probabilities = data.subarray(i * classes, (i + 1) * classes);
      const text = options.json
        ? jsonLine(path, modelPath, names, probabilities)
        : humanText(path, names, probabilities, options.show ? { pixels: images[i], shape } : undefined);
      process.stdout.write(`${text}\n`);
    }
  } finally {
    await disposeBackends();
  }
}

function rank(names: readonly string[], probabilities: Float32Array): (Guess & { label: number })[] {
  return Array.from(probabilities, (probability, label) => ({ label, name: names[label], probability })).sort(
    (a, b) => b.probability - a.probability || a.label - b.label,
  );
}

function jsonLine(
  image: string,
  model: string,
  names: readonly string[],
  probabilities: Float32Array,
): string {
  const [best] = rank(names, probabilities);
  const { label, name, probability } = best;
  const all = Object.fromEntries(Array.from(probabilities, (value, i) => [names[i], value]));
  return JSON.stringify({ image, model, label, name, probability, probabilities: all });
}

function humanText(
  path: string,
  names: readonly string[],
  probabilities: Float32Array,
  seen: { pixels: ArrayLike<number>; shape: InputShape } | undefined,
): string {
  const guesses = rank(names, probabilities);
  const parts = [`${path}: ${guesses[0].name}`];
  if (seen) parts.push(drawSeen(seen.pixels, seen.shape));
  parts.push(drawGuesses(guesses), "");
  return parts.join("\n");
}

function drawSeen(pixels: ArrayLike<number>, [height, width, channels]: InputShape): string {
  const grey = Uint8Array.from({ length: height * width }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += pixels[i * channels + channel];
    return sum / channels;
  });
  return drawPixels(grey, width, height);
}
