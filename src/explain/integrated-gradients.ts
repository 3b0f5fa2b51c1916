import type { NumberArray } from "../arrays/array.ts";
import { checkOptions } from "../core/names.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import {
  type ClassOptions,
  chooseClass,
  classOptions,
  prepareScore,
  runScore,
  scoresPerSample,
} from "./class-score.ts";
import { enterImage } from "./opened-model.ts";
import { requireCount } from "./require.ts";
import { inputGradients } from "./saliency.ts";

export interface IntegratedGradientsOptions extends ClassOptions {
  /** Which number of the class: what comes out (`"output"`, the default), or before the last softmax (`"logit"`). */
  score?: "output" | "logit";
  /** Points on the way from the baseline to the image. Default 64. */
  steps?: number;
  /** An image without information, as the first layer sees it. Default: zeros, black. */
  baseline?: NamedNumbers;
}

/** What each number of an image contributes to the score of a class. */
export interface Attributions extends NumberArray {
  readonly class: number;
  /** The score of the class for the image, and for the baseline. Their difference is what the attributions add up to. */
  readonly score: number;
  readonly baselineScore: number;
  /** Sum of all attributions. */
  readonly total: number;
}

const batchSize = 16;

/**
 * What each number of an image contributes to the score of a class, [H, W, C]: its way from the baseline times the mean
 * gradient along that way.
 *
 * attribution = (x − x′) · ∫₀¹ ∂score(x′ + t · (x − x′)) / ∂x dt, by the midpoint rule. They add up to the difference of
 * the scores, the closer the more steps.
 *
 * @throws OptionError if there is no such class, UsageError for models with several inputs.
 * @see Sundararajan, Taly & Yan 2017, "Axiomatic attribution for deep networks"
 * @example
 * const { data, total, score, baselineScore } = await integratedGradients(model, test.x.subarray(0, 784));
 * console.log(total, "is nearly", score - baselineScore);
 */
export async function integratedGradients(
  model: Model,
  image: NamedNumbers,
  options: IntegratedGradientsOptions = {},
): Promise<Attributions> {
  checkOptions("integratedGradients", options, [...classOptions, "steps", "baseline"]);
  const { steps = 64, score = "output", baseline } = options;
  requireCount("integratedGradients", "steps", steps);
  const session = await model.open();
  const { network } = session;
  const entered = await enterImage("integratedGradients", network, image);
  const chosen = await chooseClass("integratedGradients", session, entered, { ...options, score });
  const size = entered.data.length;
  const start = baseline
    ? (await enterImage("integratedGradients, baseline", network, baseline)).data
    : new Float32Array(size);
  const way = Float64Array.from(entered.data, (value, i) => value - start[i]);
  const mean = new Float64Array(size);
  for (let done = 0; done < steps; done += batchSize) {
    const count = Math.min(batchSize, steps - done);
    const points = Float32Array.from({ length: count * size }, (_, i) => {
      const t = (done + Math.floor(i / size) + 0.5) / steps;
      return start[i % size] + t * way[i % size];
    });
    const gradients = await inputGradients(session, entered, points, chosen, score);
    for (const [i, value] of gradients.entries()) mean[i % size] += value / steps;
  }
  const program = await prepareScore(session, "classes", entered, 2, score, () => []);
  const ends = new Float32Array(size * 2);
  ends.set(entered.data);
  ends.set(start, size);
  const numbers = await runScore(session, program, entered, ends, -1);
  const [ofImage, ofBaseline] = scoresPerSample(numbers, program.graph.scores, chosen);
  const exact = way.map((length, i) => length * mean[i]);
  return {
    data: Float32Array.from(exact),
    shape: entered.shape,
    class: chosen,
    score: ofImage,
    baselineScore: ofBaseline,
    total: exact.reduce((sum, value) => sum + value, 0),
  };
}
