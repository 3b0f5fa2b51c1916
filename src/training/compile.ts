import { OptionError } from "../core/errors.ts";
import { findNamed, type NameTable, namesLoading } from "../core/name-table.ts";
import { camelCase, didYouMean } from "../core/names.ts";
import type { Loss } from "../losses/loss.ts";
import { type LossName, lossOf, lossTable } from "../losses/table.ts";
import type { Metric } from "../metrics/metric.ts";
import { type MetricName, metricOf, metricTable } from "../metrics/table.ts";
import type { Network } from "../models/network.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { type OptimizerName, optimizerOf, optimizerTable } from "../optimizers/table.ts";
import { extended, type OptimizerState } from "./update-graph.ts";

type LossChoice = LossName | Loss;
type MetricChoice = MetricName | Metric;

/** One thing for a model's only output, or one for each: in their order, or by name. */
export type PerOutput<Item> = Item | readonly (Item | null)[] | Readonly<Record<string, Item>>;

export interface CompileOptions {
  optimizer: OptimizerName | Optimizer;
  /** For each output, if there are several. May be missing if layers add all of it themselves. */
  loss?: PerOutput<LossChoice>;
  /** How much each output's loss counts in the total. Default 1. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** Reported beside the loss; every sample counts once. */
  metrics?: readonly MetricChoice[] | PerOutput<readonly MetricChoice[]>;
  /** The same, but samples count by their weights. */
  weightedMetrics?: readonly MetricChoice[] | PerOutput<readonly MetricChoice[]>;
}

export const compileOptions = ["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics"];

/** A metric of an output and its key in logs: `accuracy`, or `digitAccuracy` where there are several outputs. */
export interface CompiledMetric {
  readonly key: string;
  readonly metric: Metric;
  readonly isWeighted: boolean;
}

/** What is measured at one output. */
export interface CompiledOutput {
  readonly name: string;
  readonly loss: Loss | undefined;
  readonly lossWeight: number;
  /** Key of the loss in logs; missing where it is the only one. */
  readonly lossKey: string | undefined;
  readonly metrics: readonly CompiledMetric[];
}

/** How training was set up by `compile`. */
export interface Compiled extends OptimizerState {
  /** In the order of the network's outputs. */
  readonly outputs: readonly CompiledOutput[];
}

/** The metrics of all outputs. */
export function metricsOf(outputs: readonly CompiledOutput[]): CompiledMetric[] {
  return outputs.flatMap(({ metrics }) => metrics);
}

/**
 * Sets training up: at once, or when what the options name is loaded.
 *
 * @throws OptionError for names that do not exist, of things or of outputs.
 */
export function compileNetwork(network: Network, options: CompileOptions): Compiled | Promise<Compiled> {
  const choices = choicesOf(network, options);
  const set = (): Compiled | Promise<Compiled> => {
    const outputs = compileOutputs(network, choices);
    const optimizer = extended(optimizerOf("compile, optimizer", options.optimizer));
    const slots = new Map();
    if (!(optimizer instanceof Promise)) return { optimizer, outputs, slots };
    return optimizer.then((loaded) => ({ optimizer: loaded, outputs, slots }));
  };
  ask("compile, optimizer", optimizerTable, options.optimizer);
  ask("compile, loss", lossTable, options.loss);
  ask("compile, metrics", metricTable, options.metrics);
  ask("compile, weightedMetrics", metricTable, options.weightedMetrics);
  const loading = namesLoading();
  return loading ? loading.then(set) : set();
}

/** Begins to load what strings in a choice name, however deep they stand. */
function ask(where: string, table: NameTable<unknown>, choice: unknown): void {
  if (typeof choice === "string") findNamed(where, table, choice);
  else if (Array.isArray(choice)) for (const item of choice) ask(where, table, item);
  else if (isByName(choice)) for (const item of Object.values(choice)) ask(where, table, item);
}

/** Choices by the names of outputs, and not a loss, metric or optimizer itself. */
function isByName(choice: unknown): choice is Readonly<Record<string, unknown>> {
  return typeof choice === "object" && choice !== null && !isLoss(choice) && !Array.isArray(choice);
}

/** What the options say of each output, in the order of outputs; known before anything is loaded. */
function choicesOf(
  { outputNames: names }: Network,
  { loss, lossWeights, metrics = [], weightedMetrics = [] }: CompileOptions,
) {
  return {
    losses: perOutput<LossChoice>("loss", names, loss, isLoss),
    weights: perOutput<number>("lossWeights", names, lossWeights, (item) => typeof item === "number"),
    lists: perOutput<readonly MetricChoice[]>("metrics", names, listed(names, metrics), isMetricList),
    weightedLists: perOutput<readonly MetricChoice[]>(
      "weightedMetrics",
      names,
      listed(names, weightedMetrics),
      isMetricList,
    ),
  };
}

function compileOutputs(
  { outputNames: names }: Network,
  { losses, weights, lists, weightedLists }: ReturnType<typeof choicesOf>,
): CompiledOutput[] {
  const isAlone = names.length === 1;
  const outputs = names.map((name, i): CompiledOutput => {
    const choice = losses[i];
    const metric = (where: string, isWeighted: boolean) => (item: MetricChoice) => {
      const made = metricOf(`compile, ${where}`, item);
      return { key: isAlone ? made.name : keyOf(name, made.name), metric: made, isWeighted };
    };
    return {
      name,
      loss: choice === undefined ? undefined : checked(lossOf("compile, loss", choice)),
      lossWeight: weights[i] ?? 1,
      lossKey: isAlone ? undefined : keyOf(name, "loss"),
      metrics: [
        ...(lists[i] ?? []).map(metric("metrics", false)),
        ...(weightedLists[i] ?? []).map(metric("weightedMetrics", true)),
      ],
    };
  });
  checkKeys(outputs.flatMap((output) => output.metrics.map(({ key }) => key)));
  return outputs;
}

/** `digit`, `accuracy` → `digitAccuracy`. */
function keyOf(output: string, name: string): string {
  return `${camelCase(output)}${name[0].toUpperCase()}${name.slice(1)}`;
}

function isLoss(item: unknown): item is LossChoice {
  return typeof item === "string" || typeof (item as Partial<Loss> | null)?.write === "function";
}

function isMetricList(item: unknown): item is readonly MetricChoice[] {
  return Array.isArray(item) && item.every((metric) => isLoss(metric as LossChoice));
}

/** A plain list of metrics is that of the only output. */
function listed(
  names: readonly string[],
  metrics: readonly MetricChoice[] | PerOutput<readonly MetricChoice[]>,
): PerOutput<readonly MetricChoice[]> | undefined {
  if (Array.isArray(metrics) && metrics.length === 0) return undefined;
  if (names.length > 1 && isMetricList(metrics)) {
    throw new OptionError({
      where: "compile, metrics",
      expected: `a list of metrics for each output: ${names.join(", ")}`,
      received: "one list",
    });
  }
  return metrics as PerOutput<readonly MetricChoice[]>;
}

function checked(loss: Loss): Loss {
  if (loss.reduction !== "none") return loss;
  throw new OptionError({
    where: `compile, ${loss.name}`,
    expected: "a reduction to one number, which training can lower",
    received: '"none"',
    hint: 'Use "sumOverBatchSize", "sum" or "meanWithSampleWeight".',
  });
}

function checkKeys(keys: readonly string[]): void {
  const twice = keys.find((key, i) => keys.indexOf(key) !== i || key === "loss");
  if (twice === undefined) return;
  throw new OptionError({
    where: "compile, metrics",
    expected: "metrics of different names",
    received: `"${twice}" twice`,
    hint: "Give one of them another name.",
  });
}

function perOutput<Item>(
  option: string,
  names: readonly string[],
  given: PerOutput<Item> | undefined,
  isItem: (item: unknown) => boolean,
): (Item | undefined)[] {
  const where = `compile, ${option}`;
  if (given === undefined) return names.map(() => undefined);
  if (isItem(given)) {
    if (names.length === 1) return [given as Item];
    throw new OptionError({
      where,
      expected: `one for each output: ${names.join(", ")}`,
      received: "one for all",
    });
  }
  if (Array.isArray(given)) {
    if (given.length === names.length) return given.map((item: Item | null) => item ?? undefined);
    throw new OptionError({
      where,
      expected: `${names.length}: one for each output`,
      received: String(given.length),
    });
  }
  if (typeof given !== "object") {
    throw new OptionError({ where, expected: "a name or an object", received: String(given) });
  }
  for (const key of Object.keys(given as object)) {
    if (names.includes(key)) continue;
    throw new OptionError({
      where,
      expected: "the name of an output",
      received: JSON.stringify(key),
      hint: didYouMean(key, names),
    });
  }
  const byName = given as Readonly<Record<string, Item>>;
  return names.map((name) => byName[name]);
}
