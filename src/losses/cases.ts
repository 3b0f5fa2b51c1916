/** A row for every loss: its formula written out in float64 for one prediction, apart from the ops. */
import { exp, log } from "../core/math.ts";
import * as losses from "./index.ts";
import type { Loss } from "./loss.ts";

type Numbers = readonly number[];

export interface LossCase {
  readonly title: string;
  readonly make: () => Loss;
  /** Of one prediction: labels and outputs [C]; class numbers are one-hot here. */
  readonly of: (y: Numbers, p: Numbers) => number;
  /** What outputs and labels are: probabilities and one-hot vectors, bits, or any numbers. */
  readonly kind: "classes" | "bits" | "numbers" | "counts" | "logits";
}

const sum = (values: Numbers): number => values.reduce((a, b) => a + b, 0);
const mean = (values: Numbers): number => sum(values) / values.length;
const each = (y: Numbers, p: Numbers, of: (y: number, p: number) => number): number[] =>
  y.map((label, i) => of(label, p[i]));
const sigmoid = (x: number): number => 1 / (1 + exp(-x));
const softmax = (x: Numbers): number[] => x.map((value) => exp(value) / sum(x.map(exp)));
const smooth = (y: Numbers, share: number, classes = y.length): number[] =>
  y.map((label) => label * (1 - share) + share / classes);
const crossentropy = (y: Numbers, p: Numbers): number =>
  -sum(each(y, p, (label, value) => label * log(value / sum(p))));
const bernoulli = (y: number, p: number): number => -(y * log(p) + (1 - y) * log(1 - p));
const focal = (y: number, p: number, gamma: number): number =>
  (1 - (y * p + (1 - y) * (1 - p))) ** gamma * bernoulli(y, p);
const norm = (values: Numbers): number => Math.sqrt(sum(values.map((value) => value * value)));
const signed = (y: Numbers): number[] => y.map((label) => 2 * label - 1);
const margins = (y: Numbers, p: Numbers): number[] =>
  each(signed(y), p, (label, value) => Math.max(1 - label * value, 0));
const overlap = (y: Numbers, p: Numbers): number => sum(each(y, p, (a, b) => a * b));

const row = (kind: LossCase["kind"], title: string, make: () => Loss, of: LossCase["of"]): LossCase => ({
  kind,
  title,
  make,
  of,
});

export const lossCases: readonly LossCase[] = [
  row("classes", "sparse crossentropy", () => losses.sparseCategoricalCrossentropy(), crossentropy),
  row(
    "logits",
    "sparse crossentropy of logits",
    () => losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    (y, x) => crossentropy(y, softmax(x)),
  ),
  row("classes", "crossentropy", () => losses.categoricalCrossentropy(), crossentropy),
  row(
    "logits",
    "smoothed crossentropy of logits",
    () => losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
    (y, x) => crossentropy(smooth(y, 0.2), softmax(x)),
  ),
  row(
    "bits",
    "binary crossentropy",
    () => losses.binaryCrossentropy(),
    (y, p) => mean(each(y, p, bernoulli)),
  ),
  row(
    "logits",
    "smoothed binary crossentropy of logits",
    () => losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.2 }),
    (y, x) => mean(each(smooth(y, 0.2, 2), x.map(sigmoid), bernoulli)),
  ),
  row(
    "classes",
    "focal crossentropy",
    () => losses.categoricalFocalCrossentropy({ alpha: [0.1, 0.2, 0.3, 0.4], gamma: 1.5 }),
    (y, p) =>
      -sum(y.map((label, i) => (0.1 + 0.1 * i) * (1 - p[i] / sum(p)) ** 1.5 * label * log(p[i] / sum(p)))),
  ),
  row(
    "bits",
    "binary focal crossentropy",
    () => losses.binaryFocalCrossentropy({ gamma: 3 }),
    (y, p) => mean(each(y, p, (label, value) => focal(label, value, 3))),
  ),
  row(
    "bits",
    "balanced binary focal crossentropy",
    () => losses.binaryFocalCrossentropy({ applyClassBalancing: true, alpha: 0.3 }),
    (y, p) => mean(each(y, p, (a, b) => (a * 0.3 + (1 - a) * 0.7) * focal(a, b, 2))),
  ),
  row(
    "numbers",
    "squared error",
    () => losses.meanSquaredError(),
    (y, p) => mean(each(y, p, (a, b) => (a - b) ** 2)),
  ),
  row(
    "counts",
    "squared logarithmic error",
    () => losses.meanSquaredLogarithmicError(),
    (y, p) => mean(each(y, p, (a, b) => (log(a + 1) - log(b + 1)) ** 2)),
  ),
  row(
    "numbers",
    "absolute error",
    () => losses.meanAbsoluteError(),
    (y, p) => mean(each(y, p, (a, b) => Math.abs(a - b))),
  ),
  row(
    "counts",
    "absolute percentage error",
    () => losses.meanAbsolutePercentageError(),
    (y, p) => mean(each(y, p, (a, b) => (100 * Math.abs(a - b)) / Math.abs(a))),
  ),
  row(
    "numbers",
    "huber",
    () => losses.huber({ delta: 0.7 }),
    (y, p) =>
      mean(each(y, p, (a, b) => (Math.abs(a - b) <= 0.7 ? (a - b) ** 2 / 2 : 0.7 * Math.abs(a - b) - 0.245))),
  ),
  row(
    "numbers",
    "log cosh",
    () => losses.logCosh(),
    (y, p) => mean(each(y, p, (a, b) => log((exp(b - a) + exp(a - b)) / 2))),
  ),
  row(
    "bits",
    "hinge",
    () => losses.hinge(),
    (y, p) => mean(margins(y, p)),
  ),
  row(
    "bits",
    "squared hinge",
    () => losses.squaredHinge(),
    (y, p) => mean(margins(y, p).map((m) => m * m)),
  ),
  row(
    "classes",
    "categorical hinge",
    () => losses.categoricalHinge(),
    (y, p) => Math.max(Math.max(...each(y, p, (a, b) => (1 - a) * b)) - overlap(y, p) + 1, 0),
  ),
  row(
    "bits",
    "Kullback and Leibler's divergence",
    () => losses.klDivergence(),
    (y, p) => sum(each(y, p, (a, b) => Math.max(a, 1e-7) * log(Math.max(a, 1e-7) / b))),
  ),
  row(
    "counts",
    "poisson",
    () => losses.poisson(),
    (y, p) => mean(each(y, p, (a, b) => b - a * log(b))),
  ),
  row(
    "numbers",
    "cosine similarity",
    () => losses.cosineSimilarity(),
    (y, p) => -overlap(y, p) / norm(y) / norm(p),
  ),
  row(
    "bits",
    "dice",
    () => losses.dice({ axis: -1 }),
    (y, p) => 1 - (2 * overlap(y, p)) / (sum(y) + sum(p) + 1e-7),
  ),
  row(
    "bits",
    "tversky",
    () => losses.tversky({ alpha: 0.3, beta: 0.8, axis: -1 }),
    (y, p) => {
      const missed = sum(each(y, p, (a, b) => a * (1 - b)));
      const invented = sum(each(y, p, (a, b) => b * (1 - a)));
      return 1 - overlap(y, p) / (overlap(y, p) + 0.3 * missed + 0.8 * invented + 1e-7);
    },
  ),
];
