import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { LearningRate } from "../schedules/schedule.ts";

/** Options of every optimizer; those of Keras and `learningRateMultipliers`. */
export interface CommonOptions {
  /** Share of each weight, times the learning rate, that is taken off it at each step. Default none. */
  weightDecay?: number;
  /** Weights whose paths contain one of these do not decay: `["bias", "conv2d_1/"]`. Default none. */
  excludeFromWeightDecay?: readonly string[];
  /** Largest Euclidean length of the gradient of a weight; longer ones are scaled down. Default no limit. */
  clipNorm?: number;
  /** Largest Euclidean length of the gradient of all weights together. Default no limit. */
  globalClipNorm?: number;
  /** Largest magnitude of an element of a gradient. Default no limit. */
  clipValue?: number;
  /** Keep moving averages of the weights, and end `fit` with them. Default false. */
  useEma?: boolean;
  /** Share of the average that stays at each step, in [0, 1]. Default 0.99. */
  emaMomentum?: number;
  /** Steps after which the weights become their averages in between. Default never. */
  emaOverwriteFrequency?: number;
  /** Batches whose gradients are averaged for one update, at least 2. Default 1. */
  gradientAccumulationSteps?: number;
  /** The loss is multiplied by this before gradients are taken, and they are divided by it. Default none. */
  lossScaleFactor?: number;
  /** What the learning rate is multiplied by for weights whose paths begin so: `{ conv2d: 0.1, "dense/kernel": 0.5 }`; the longest one counts. */
  learningRateMultipliers?: Readonly<Record<string, number>>;
}

type Check = readonly [holds: (value: never) => boolean, expected: string];

const isPositive = (value: number): boolean => value > 0 && value < Infinity;
const isNumber = (value: number): boolean => value >= 0 && value < Infinity;
const isCount = (least: number) => (value: number) => Number.isInteger(value) && value >= least;

const positive: Check = [isPositive, "a positive number"];
const checks: Record<keyof CommonOptions, Check> = {
  weightDecay: [isNumber, "a number ≥ 0"],
  excludeFromWeightDecay: [Array.isArray, "a list of names"],
  clipNorm: positive,
  globalClipNorm: positive,
  clipValue: positive,
  useEma: [(value) => typeof value === "boolean", "true or false"],
  emaMomentum: [(value) => value >= 0 && value <= 1, "in [0, 1]"],
  emaOverwriteFrequency: [isCount(1), "a whole number ≥ 1"],
  gradientAccumulationSteps: [isCount(2), "a whole number ≥ 2"],
  lossScaleFactor: positive,
  learningRateMultipliers: [(value) => Object.values(value).every(isNumber as never), "numbers ≥ 0"],
};

const clips = ["clipNorm", "globalClipNorm", "clipValue"];

/** What an optimizer begins with. */
export interface Settings<Own> {
  /** The optimizer's own options, with defaults filled in. */
  readonly own: Own;
  /** The parts of the optimizer that are the same for all. */
  readonly base: {
    readonly name: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly learningRate: LearningRate;
    readonly common: CommonOptions | undefined;
  };
}

/**
 * Checks the options of an optimizer and takes those that all have apart.
 *
 * @param defaults of the optimizer's own options; a common one among them counts where none is given
 * @throws OptionError for options that do not exist or make no sense.
 */
export function settingsOf<Own extends { learningRate: LearningRate }>(
  name: string,
  given: object,
  defaults: Own,
): Settings<Own> {
  const where = `optimizers.${name}`;
  checkOptions(where, given, [...Object.keys({ ...defaults, ...checks })]);
  const options: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) if (value !== undefined) options[key] = value;
  const require = (isGood: boolean, expected: string, received: unknown): void => {
    if (!isGood) throw new OptionError({ where, expected, received: String(received) });
  };
  const common = Object.fromEntries(Object.entries(options).filter(([key]) => key in checks));
  for (const [key, value] of Object.entries(common)) {
    const [holds, expected] = checks[key as keyof CommonOptions];
    require(holds(value as never), `${key} to be ${expected}`, value);
  }
  const clipped = clips.filter((key) => key in common);
  require(clipped.length < 2, `one of ${clips.join(", ")}`, clipped.join(" and "));
  const own = options as Own;
  const { learningRate } = own;
  const isRate = typeof learningRate === "object" ? "at" in learningRate : isPositive(learningRate);
  require(isRate, "learningRate to be a positive number or a schedule", learningRate);
  const isExtended = Object.keys(common).length > 0;
  return { own, base: { name, options, learningRate, common: isExtended ? common : undefined } };
}
