import { UsageError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { disposeBackends, loadModel, normalizeDigit } from "../../index.ts";
import { readImage } from "../../node.ts";
import { classNamesOf } from "../datasets.ts";
import { findRecord } from "../run-record.ts";
import { findNewestModel } from "./find-model.ts";
import { drawGuesses, drawPixels, type Guess } from "./text.ts";

type InputShape = readonly [height: number, width: number, channels: 1 | 3];

export interface PredictOptions {
  readonly model?: string;
  readonly fit?: "digit" | "resize";
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
    const names = classNamesOf(record ?? {}, classes);
    const way =
      options.fit ?? (isDigitShape(shape) && record?.dataset !== "fashion-mnist" ? "digit" : "resize");
    const images = await Promise.all(paths.map((path) => readPixels(path, shape, way, modelPath)));
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

/** @throws UsageError for a network that does not take pictures. */
function imageShape(shape: readonly number[], modelPath: string): InputShape {
  const [height, width, channels] = shape;
  if (shape.length === 3 && (channels === 1 || channels === 3)) return [height, width, channels];
  throw new UsageError({
    where: modelPath,
    expected: "a model that takes pictures: [height, width, 1 or 3]",
    received: `one that takes ${formatShape(shape)}`,
  });
}

function isDigitShape([height, width, channels]: InputShape): boolean {
  return height === 28 && width === 28 && channels === 1;
}

async function readPixels(
  path: string,
  shape: InputShape,
  way: "digit" | "resize",
  modelPath: string,
): Promise<ArrayLike<number> & Iterable<number>> {
  const [height, width, channels] = shape;
  if (way === "resize") return (await readImage(path, { width, height, channels })).data;
  if (isDigitShape(shape)) return normalizeDigit(await readImage(path), path);
  throw new UsageError({
    where: "--fit digit",
    expected: "a model that takes 28 × 28 grey pixels",
    received: `${modelPath}, which takes ${formatShape(shape)}`,
  });
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
