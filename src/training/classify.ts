import { OptionError, UsageError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { type ImageSource, imagePixels } from "../data/image/image-pixels.ts";
import type { Meaning } from "../models/meaning.ts";
import type { Prediction } from "./predict.ts";

export interface ClassifyOptions {
  /** How many guesses, the best first. Default 5. */
  topK?: number;
}

/** A class that a model sees in a picture. */
export interface Guess {
  /** Number of the class. */
  readonly label: number;
  readonly name: string;
  readonly probability: number;
}

/** What is asked. */
export interface Classifier {
  readonly inputShape: Shape;
  readonly meaning: Meaning;
  predict(x: Uint8Array): Promise<Prediction>;
}

/** What a model sees in a picture, the likeliest first; of equals the one with the smaller number. */
export async function classify(
  model: Classifier,
  image: ImageSource,
  options: ClassifyOptions,
): Promise<Guess[]> {
  checkOptions("classify", options, ["topK"]);
  const { topK = 5 } = options;
  if (!Number.isInteger(topK) || topK < 1) {
    throw new OptionError({
      where: "classify",
      expected: "topK to be a whole number ≥ 1",
      received: String(topK),
    });
  }
  const shape = model.inputShape.map(Number);
  if (shape.length !== 3 || ![1, 3, 4].includes(shape[2])) {
    throw new UsageError({
      where: "classify",
      expected: "a model that takes pictures: [height, width, 1, 3 or 4]",
      received: `one that takes ${formatShape(model.inputShape)}`,
    });
  }
  const { classNames, pictures = {} } = model.meaning;
  const { data, shape: outputs } = await model.predict(await imagePixels(image, shape, pictures));
  if (outputs.length !== 2) {
    throw new UsageError({
      where: "classify",
      expected: "a model that gives one number for each class",
      received: `one that gives ${formatShape([null, ...outputs.slice(1)])}`,
    });
  }
  /* One number is how likely the second of two classes is. */
  const probabilities = data.length === 1 ? [1 - data[0], data[0]] : [...data];
  return probabilities
    .map((probability, label) => ({ label, name: classNames?.[label] ?? String(label), probability }))
    .sort((a, b) => b.probability - a.probability || a.label - b.label)
    .slice(0, topK);
}
