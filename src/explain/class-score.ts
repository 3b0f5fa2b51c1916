/** The number of a class that attributions explain, and programs that differentiate it. */
import { DataError, OptionError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { gradients } from "../graph/gradients.ts";
import { isOp, type Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Prepared } from "../training/program-runner.ts";
import type { Session } from "../training/session.ts";
import {
  type EnteredImage,
  type ModelGraph,
  type Numbers,
  prepareDirect,
  runOnce,
  samplesOf,
  want,
} from "./opened-model.ts";

/** What is explained: the number before the last softmax or sigmoid, or what comes out. */
export type ScoreKind = "logit" | "output";

export interface ClassOptions {
  /** Number of the class. Default: the one the model says. */
  class?: number;
  /** Which number of the class: before the last softmax or sigmoid (`"logit"`), or what comes out (`"output"`). */
  score?: ScoreKind;
}

export const classOptions = ["class", "score"];

/** Input of programs: what each class counts. */
const chosenKey = "explain/class";

/** The numbers that classes are told by: [N, …, classes]. */
function scoresOf({ outputs: [output] }: ModelGraph, kind: ScoreKind): Value {
  const isSigmoid =
    isOp(output, "unary") && (output.source.params as { function: string }).function === "sigmoid";
  return kind === "logit" && (isSigmoid || isOp(output, "softmax")) ? output.source.inputs[0] : output;
}

/** A program that computes the scores of all classes and the gradient of one with respect to some values. */
export interface ScoreProgram extends Prepared {
  readonly graph: ModelGraph & {
    readonly scores: Value;
    readonly output: Value;
    readonly of: readonly Value[];
    readonly gradients: readonly Value[];
  };
}

/**
 * @param key names what `choose` chooses
 * @param choose the values whose gradients are wanted, and come out too
 */
export function prepareScore(
  session: Session,
  key: string,
  image: EnteredImage,
  batch: number,
  kind: ScoreKind,
  choose: (model: ModelGraph) => readonly Value[],
): Promise<ScoreProgram> {
  const shape = { batch, arrays: { [image.key]: { shape: image.shape, dtype: "float32" as const } } };
  return prepareDirect(session, `score ${kind} ${key}`, shape, (model) => {
    const { graph, outputs } = model;
    const scores = scoresOf(model, kind);
    const chosen = graph.input(chosenKey, [scores.shape[scores.shape.length - 1]]);
    const of = choose(model);
    const score = reduceSum(multiply(scores, chosen));
    const written = of.length === 0 ? [] : gradients(score, of);
    for (const value of [scores, outputs[0], ...of, ...written]) want(value);
    return { scores, output: outputs[0], of, gradients: written };
  });
}

/** Runs a program on a batch, for one class. */
export async function runScore(
  session: Session,
  program: ScoreProgram,
  image: EnteredImage,
  batch: Float32Array,
  chosen: number,
): Promise<Numbers> {
  const classes = classCount(program.graph.scores);
  const one = new Float32Array(classes);
  if (chosen >= 0) one[chosen] = 1;
  return runOnce(session, program, samplesOf(image, batch), { [chosenKey]: one });
}

const classCount = ({ shape }: Value): number => shape[shape.length - 1];

/** The score of a class for each sample of a batch, added up over positions if there are several. */
export function scoresPerSample(numbers: Numbers, scores: Value, chosen: number): Float64Array {
  const classes = classCount(scores);
  const [batch] = scores.shape;
  const size = sizeOf(scores.shape) / batch;
  const array = numbers(scores);
  return Float64Array.from({ length: batch }, (_, n) => {
    let sum = 0;
    for (let i = chosen; i < size; i += classes) sum += array[n * size + i];
    return sum;
  });
}

/**
 * The class that is asked for, or the one that the model says.
 *
 * @throws OptionError if there is no such class.
 */
export async function chooseClass(
  where: string,
  session: Session,
  image: EnteredImage,
  { class: asked, score = "logit" }: ClassOptions,
): Promise<number> {
  if (score !== "logit" && score !== "output") {
    throw new OptionError({ where, expected: 'score "logit" or "output"', received: JSON.stringify(score) });
  }
  const [outputShape] = session.network.outputShapes;
  const classes = outputShape[outputShape.length - 1];
  if (asked !== undefined) {
    if (Number.isInteger(asked) && asked >= 0 && asked < classes) return asked;
    throw new OptionError({
      where,
      expected: `class to be a whole number from 0 to ${classes - 1}`,
      received: String(asked),
    });
  }
  if (sizeOf(outputShape) !== classes) {
    throw new DataError({
      where,
      expected: "a class, as the model says one for each position",
      received: `none for an output ${formatShape(outputShape)}`,
    });
  }
  const program = await prepareScore(session, "classes", image, 1, "output", () => []);
  const numbers = await runScore(session, program, image, image.data, -1);
  return largestAt(numbers(program.graph.output));
}

/** Place of the largest number; the first of equals. */
export function largestAt(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}
