import type { SavedChoice } from "../../core/name-table.ts";
import type { SavedTraining } from "../saved-model.ts";
import { nameOfClass, optionOf } from "./classes.ts";
import { readChoice } from "./read-options.ts";
import { type Config, isObject, refusal } from "./refuse.ts";

/** Short names of Keras for what has a longer one too. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ["acc", "accuracy"],
  ["bce", "binaryCrossentropy"],
  ["cosine", "cosineSimilarity"],
  ["cosineProximity", "cosineSimilarity"],
  ["crossentropy", "categoricalCrossentropy"],
  ["huberLoss", "huber"],
  ["kld", "klDivergence"],
  ["kullbackLeiblerDivergence", "klDivergence"],
  ["logcosh", "logCosh"],
  ["mae", "meanAbsoluteError"],
  ["mape", "meanAbsolutePercentageError"],
  ["mse", "meanSquaredError"],
  ["msle", "meanSquaredLogarithmicError"],
]);

const nameOf = (text: string): string => {
  const name = /^[A-Z]/.test(text) ? nameOfClass(text) : optionOf(text);
  return shortNames.get(name) ?? shortNames.get(text.toLowerCase()) ?? name;
};

/** Options of the base class of optimizers at which nothing happens. */
const idle: ReadonlyMap<string, readonly unknown[]> = new Map([
  ["decay", [0]],
  ["emaMomentum", [0.99]],
  ["isLegacyOptimizer", [false, true]],
  ["jitCompile", [true, false]],
  ["useEma", [false]],
  ["gradientAccumulationSteps", [1]],
  ["lossScaleFactor", [1]],
  ["weightDecay", [0]],
]);

function readOptimizer(where: string, value: unknown): SavedChoice {
  const choice = readChoice(where, value);
  if (typeof choice === "string") return { name: nameOf(choice) };
  const { lr, name, ...others } = choice;
  const options: Record<string, unknown> = lr === undefined ? others : { learningRate: lr, ...others };
  const kept = Object.entries(options).flatMap(([key, option]): [string, unknown][] => {
    const isDefault = idle.get(key)?.includes(option) === true;
    if (isDefault && !(key === "weightDecay" && name === "adamW")) return [];
    if (isObject(option) && typeof option.class_name === "string") return [[key, readChoice(where, option)]];
    return [[key, option]];
  });
  const isPlainAdam = name === "adam" && others.amsgrad === false;
  const entries = kept.filter(([key]) => !(isPlainAdam && key === "amsgrad"));
  return { ...Object.fromEntries(entries), name: nameOf(name) };
}

/** A loss or a metric: a name, or a class and its options. */
function readItem(where: string, value: unknown): SavedChoice {
  if (typeof value === "string") return { name: nameOf(value) };
  if (!isObject(value) || typeof value.class_name !== "string")
    throw refusal(where, "a name or a class", value);
  if (value.class_name === "function") throw refusal(where, "something by name", "a function of its own");
  const config: Config = isObject(value.config) ? value.config : {};
  /* A function with a wrapper around it is meant by its name. */
  const isWrapped = /^(?:MeanMetricWrapper|LossFunctionWrapper|SumOverBatchSizeMetricWrapper)$/.test(
    value.class_name,
  );
  if (isWrapped) return { name: nameOf(functionName(where, config.fn)) };
  const { fn: _, ...options } = readChoice(where, value) as { name: string } & Config;
  const kept = Object.entries(options).filter(
    ([key, option]) => !(key === "reduction" && (option === "auto" || option === "sum_over_batch_size")),
  );
  const spelled = kept.map(([key, option]) => [
    key,
    key === "reduction" && typeof option === "string" ? optionOf(option) : option,
  ]);
  return { ...Object.fromEntries(spelled), name: nameOf(value.class_name) };
}

function functionName(where: string, fn: unknown): string {
  const name = isObject(fn) ? fn.config : fn;
  if (typeof name === "string") return name;
  throw refusal(where, "a function by name", fn);
}

/** One thing for each output: all alike if there is one, else in a list or by name. */
function perOutput(value: unknown, names: readonly string[]): unknown[] {
  if (isObject(value) && value.class_name === undefined)
    return names.map((name) => (Object.hasOwn(value, name) ? value[name] : undefined));
  if (Array.isArray(value) && (names.length > 1 || value.length === 1))
    return names.map((_, i) => value[i] as unknown);
  return names.map(() => value);
}

/** Metrics stand in a list for one output; for several in lists, or by name. */
function metricsPerOutput(where: string, value: unknown, names: readonly string[]): SavedChoice[][] {
  if (value === null || value === undefined) return names.map(() => []);
  const isFlat = names.length === 1 && Array.isArray(value) && !value.some(Array.isArray);
  const each = isFlat ? [value] : perOutput(value, names);
  return each.map((list) =>
    [list ?? []]
      .flat(2)
      .filter((item) => item !== null)
      .map((item) => readItem(where, item)),
  );
}

/** How a model was compiled, or why that cannot be said in the words of this package. */
export function readTraining(
  where: string,
  value: unknown,
  outputNames: readonly string[],
): { training?: SavedTraining; notCompiled?: string } {
  if (!isObject(value)) return {};
  try {
    const optimizer = value.optimizer ?? value.optimizer_config;
    if (optimizer === undefined || optimizer === null) return {};
    const weights = perOutput(value.loss_weights, outputNames);
    const losses = perOutput(value.loss, outputNames);
    const metrics = metricsPerOutput(`${where}, metrics`, value.metrics, outputNames);
    const weighted = metricsPerOutput(`${where}, weighted_metrics`, value.weighted_metrics, outputNames);
    const outputs = outputNames.map((_, i) => ({
      ...(losses[i] === undefined || losses[i] === null
        ? {}
        : { loss: readItem(`${where}, loss`, losses[i]) }),
      ...(typeof weights[i] === "number" ? { lossWeight: weights[i] } : {}),
      metrics: metrics[i],
      weightedMetrics: weighted[i],
    }));
    return { training: { optimizer: readOptimizer(`${where}, optimizer`, optimizer), outputs } };
  } catch (error) {
    return {
      notCompiled: `one that was compiled with what this package has not: ${(error as Error).message}`,
    };
  }
}
