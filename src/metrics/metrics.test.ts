import { afterAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { loadNamed } from "../core/name-table.ts";
import { createRandom } from "../core/random.ts";
import * as layers from "../layers/index.ts";
import { loadModel } from "../training/load-model.ts";
import { sequential } from "../training/sequential.ts";
import * as metrics from "./index.ts";
import { metricMakers } from "./makers.ts";
import type { Metric } from "./metric.ts";
import { metricTable } from "./table.ts";

afterAll(() => disposeBackends());

const random = createRandom(5, "metrics");
const [count, classes] = [37, 4];
/** Outputs in (0, 1), some of them equal, labels as class numbers and weights. */
const p = Float32Array.from({ length: count * classes }, () => (1 + random.below(40)) / 42);
const y = Uint8Array.from({ length: count }, () => random.below(classes));
const w = Float32Array.from({ length: count }, () => random.below(3));
const rows = Array.from({ length: count }, (_, i) => Array.from(p.subarray(i * classes, (i + 1) * classes)));

type Row = { readonly p: number[]; readonly y: number; readonly w: number };
/** Every output by itself. */
type Pair = { readonly p: number; readonly yes: boolean; readonly w: number; readonly c: number };
const pairsOf = (all: readonly Row[]): Pair[] =>
  all.flatMap((row) => row.p.map((value, c) => ({ p: value, yes: row.y === c, w: row.w, c })));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (all: readonly Row[], of: (row: Row) => number): number =>
  sum(all.map((row) => row.w * of(row))) / sum(all.map((row) => row.w));
const counts = (pairs: readonly Pair[], says: (pair: Pair) => boolean) => {
  const add = (said: boolean, yes: boolean) =>
    sum(pairs.filter((pair) => says(pair) === said && pair.yes === yes).map((pair) => pair.w));
  return { tp: add(true, true), fp: add(true, false), fn: add(false, true), tn: add(false, false) };
};
const above = (limit: number) => (pair: Pair) => pair.p > limit;
const rank = ({ p: values, y: label }: Row): number => values.filter((value) => value > values[label]).length;
const error = (of: (difference: number) => number) => (all: readonly Row[]) =>
  mean(all, (row) => sum(row.p.map((value, c) => of((row.y === c ? 1 : 0) - value))) / classes);
const norm = (values: readonly number[]): number => Math.sqrt(sum(values.map((value) => value * value)));
/** Share of pairs of a yes and a no that are ordered rightly; equal ones count half. */
const roc = (pairs: readonly Pair[]): number => {
  const [yes, no] = [pairs.filter((a) => a.yes), pairs.filter((a) => !a.yes)];
  const right = yes.flatMap((a) => no.map((b) => a.w * b.w * (a.p > b.p ? 1 : a.p === b.p ? 0.5 : 0)));
  return sum(right) / sum(yes.map((a) => a.w)) / sum(no.map((a) => a.w));
};
const largest = (row: Row): number => row.p.indexOf(Math.max(...row.p));
const f = (all: readonly Row[], beta: number, c: number): number => {
  const limits = all.map((row) => Math.max(...row.p));
  const pairs = all.flatMap((row, i) => [
    { p: row.p[c] >= limits[i] ? 1 : 0, yes: row.y === c, w: row.w, c },
  ]);
  const { tp, fp, fn } = counts(pairs, above(0.5));
  return ((1 + beta ** 2) * tp) / ((1 + beta ** 2) * tp + beta ** 2 * fn + fp);
};

interface MetricCase {
  readonly make: () => Metric;
  /** The number, in float64, of all rows at once. */
  readonly of: (all: readonly Row[]) => number;
}

const counted = (key: "tp" | "fp" | "fn" | "tn") => (all: readonly Row[]) =>
  counts(pairsOf(all), above(0.5))[key];
const hit = (k: number) => (all: readonly Row[]) => mean(all, (row) => (rank(row) < k ? 1 : 0));

const cases: readonly MetricCase[] = [
  { make: () => metrics.accuracy(), of: (all) => mean(all, (row) => (largest(row) === row.y ? 1 : 0)) },
  { make: () => metrics.exactAccuracy(), of: () => 0 },
  {
    make: () => metrics.binaryAccuracy({ threshold: 0.3 }),
    of: (all) => {
      const { tp, tn, fp, fn } = counts(pairsOf(all), above(0.3));
      return (tp + tn) / (tp + tn + fp + fn);
    },
  },
  ...[metrics.categoricalAccuracy, metrics.sparseCategoricalAccuracy].map((make) => ({
    make: () => make(),
    of: (all: readonly Row[]) => mean(all, (row) => (largest(row) === row.y ? 1 : 0)),
  })),
  { make: () => metrics.topKCategoricalAccuracy({ k: 2 }), of: hit(2) },
  { make: () => metrics.sparseTopKCategoricalAccuracy({ k: 2 }), of: hit(2) },
  { make: () => metrics.top3(), of: hit(3) },
  { make: () => metrics.top5(), of: hit(5) },
  { make: () => metrics.truePositives(), of: counted("tp") },
  { make: () => metrics.falsePositives(), of: counted("fp") },
  { make: () => metrics.trueNegatives(), of: counted("tn") },
  { make: () => metrics.falseNegatives(), of: counted("fn") },
  {
    make: () => metrics.precision({ threshold: 0.4, classId: 2, name: "precisionOfTwo" }),
    of: (all) => {
      const { tp, fp } = counts(
        pairsOf(all).filter(({ c }) => c === 2),
        above(0.4),
      );
      return tp / (tp + fp);
    },
  },
  {
    make: () => metrics.recall(),
    of: (all) => {
      const { tp, fn } = counts(pairsOf(all), above(0.5));
      return tp / (tp + fn);
    },
  },
  { make: () => metrics.f1Score(), of: (all) => sum([0, 1, 2, 3].map((c) => f(all, 1, c))) / 4 },
  {
    make: () => metrics.fBetaScore({ beta: 2, average: "weighted" }),
    of: (all) => sum([0, 1, 2, 3].map((c) => f(all, 2, c) * mean(all, (row) => (row.y === c ? 1 : 0)))),
  },
  { make: () => metrics.auc(), of: (all) => roc(pairsOf(all)) },
  { make: () => metrics.auc({ exact: true, name: "exact" }), of: (all) => roc(pairsOf(all)) },
  {
    make: () => metrics.meanIoU({ numClasses: classes }),
    of: (all) => {
      const each = [0, 1, 2, 3].map((c) => {
        const both = sum(all.filter((row) => row.y === c && largest(row) === c).map((row) => row.w));
        const either = sum(all.filter((row) => row.y === c || largest(row) === c).map((row) => row.w));
        return both / either;
      });
      return sum(each) / 4;
    },
  },
  {
    make: () => metrics.iou({ numClasses: classes, targetClassIds: [1] }),
    of: (all) => {
      const both = sum(all.filter((row) => row.y === 1 && largest(row) === 1).map((row) => row.w));
      return both / sum(all.filter((row) => row.y === 1 || largest(row) === 1).map((row) => row.w));
    },
  },
  { make: () => metrics.meanSquaredError(), of: error((e) => e * e) },
  { make: () => metrics.rootMeanSquaredError(), of: (all) => Math.sqrt(error((e) => e * e)(all)) },
  { make: () => metrics.meanAbsoluteError(), of: error(Math.abs) },
  { make: () => metrics.logCoshError(), of: error((e) => Math.log(Math.cosh(e))) },
  {
    make: () => metrics.meanAbsolutePercentageError(),
    of: (all) =>
      mean(all, (row) =>
        sum(row.p.map((value, c) => (row.y === c ? 100 * (1 - value) : 100 * (value / 1e-7)))),
      ) / classes,
  },
  {
    make: () => metrics.meanSquaredLogarithmicError(),
    of: (all) =>
      mean(all, (row) =>
        sum(row.p.map((value, c) => (Math.log(value + 1) - (row.y === c ? Math.LN2 : 1e-7)) ** 2)),
      ) / classes,
  },
  { make: () => metrics.cosineSimilarity(), of: (all) => mean(all, (row) => row.p[row.y] / norm(row.p)) },
];

const rowsOf = (isWeighted: boolean): Row[] =>
  rows.map((values, i) => ({ p: values, y: y[i], w: isWeighted ? w[i] : 1 }));
const named = (metric: Metric, name: string): Metric => ({ ...metric, name });

describe.each(cases.map((each) => ({ ...each, name: each.make().name })))("$name", ({ make, of }) => {
  /* The network hands its input on, so that outputs are known. */
  const model = () => sequential([layers.activation({ activation: "linear", inputShape: [classes] })]);

  test("is exact over all samples, whatever the batches, weighted and not", async () => {
    const weighted = named(make(), "weighted");
    const known = model();
    known.compile({
      optimizer: "sgd",
      loss: "sparseCategoricalCrossentropy",
      metrics: [make()],
      weightedMetrics: [weighted],
    });
    const logs = await known.evaluate({ x: p, y, sampleWeight: w }, { batchSize: 8 });
    const expected = [of(rowsOf(false)), of(rowsOf(true))];
    for (const [i, value] of [logs[make().name], logs.weighted].entries())
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected[i])));
  });

  test("takes one-hot labels as well, and is saved with its model", async () => {
    const known = model();
    known.compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: [make()] });
    const oneHot = Float32Array.from(p, (_, i) => (y[Math.floor(i / classes)] === i % classes ? 1 : 0));
    const logs = await known.evaluate({ x: p, y: oneHot });
    const expected = of(rowsOf(false));
    expect(Math.abs(logs[make().name] - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
    const copy = await loadModel(await known.serialize());
    expect(await copy.evaluate({ x: p, y: oneHot })).toEqual(logs);
  });

  test("refuses options it does not have", async () => {
    const { kind, name } = make();
    if (name === "accuracy") return;
    const maker = (await loadNamed("test", metricMakers, kind ?? name)) as (options: object) => Metric;
    expect(() => maker({ ...make().options, nam: "x" })).toThrow('Did you mean "name"?');
  });
});

test("every metric has a row and a name", async () => {
  const names = Object.keys(metrics).sort();
  expect([...new Set(cases.map(({ make }) => make().kind ?? make().name))].sort()).toEqual(names);
  for (const { further, load } of [metricTable, metricMakers])
    expect(Object.keys(await load()).sort()).toEqual([...further].sort());
  expect([...Object.keys(metricMakers.common), ...metricMakers.further].sort()).toEqual(names);
});
