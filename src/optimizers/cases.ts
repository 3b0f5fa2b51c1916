/** A row for every optimizer: its rule written out in float64, apart from the ops. */
import * as optimizers from "./index.ts";
import type { Optimizer } from "./optimizer.ts";

/** Changes the weights by one step. @param t counts from 1 */
type Rule = (w: Float64Array, g: Float64Array, t: number) => void;

export interface OptimizerCase {
  readonly name: string;
  readonly title: string;
  readonly make: () => Optimizer;
  readonly shape: readonly number[];
  /** A rule that remembers what the optimizer keeps. */
  readonly rule: () => Rule;
}

const count = 12;
const zeros = (length = count, value = 0): Float64Array => new Float64Array(length).fill(value);
const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const norm = (values: Float64Array): number => Math.sqrt(sum(values.map((value) => value * value)));
const rms = (values: Float64Array): number => norm(values) / Math.sqrt(values.length);

/** A rule for each element by itself; `slots` are the numbers it keeps. */
function elementwise(
  begin: readonly number[],
  step: (w: number, g: number, t: number, slots: number[]) => number,
): () => Rule {
  return () => {
    const slots = Array.from({ length: count }, () => [...begin]);
    return (w, g, t) => {
      for (let i = 0; i < count; i++) w[i] = step(w[i], g[i], t, slots[i]);
    };
  };
}

export const adamRule = (rate: number, b1: number, b2: number, epsilon: number, amsgrad = false, decay = 0) =>
  elementwise([0, 0, 0], (before, g, t, s) => {
    const w = before - before * decay * rate;
    s[0] = b1 * s[0] + (1 - b1) * g;
    s[1] = b2 * s[1] + (1 - b2) * g * g;
    s[2] = Math.max(s[2], s[1]);
    const alpha = (rate * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t);
    return w - (alpha * s[0]) / (Math.sqrt(amsgrad ? s[2] : s[1]) + epsilon);
  });

const rmsprop = (rate: number, rho: number, momentum: number, epsilon: number, centered: boolean) =>
  elementwise([0, 0, 0], (w, g, _t, s) => {
    s[0] = rho * s[0] + (1 - rho) * g * g;
    s[1] = rho * s[1] + (1 - rho) * g;
    const step = (rate * g) / Math.sqrt(s[0] - (centered ? s[1] * s[1] : 0) + epsilon);
    s[2] = momentum * s[2] + step;
    return w - s[2];
  });

const momentumOf = (b1: number, t: number): number => b1 * (1 - 0.5 * 0.96 ** t);
const nadam = elementwise([0, 0], (w, g, t, s) => {
  const [rate, b1, b2] = [0.01, 0.9, 0.999];
  s[0] = b1 * s[0] + (1 - b1) * g;
  s[1] = b2 * s[1] + (1 - b2) * g * g;
  let product = 1;
  for (let i = 1; i <= t; i++) product *= momentumOf(b1, i);
  const next = momentumOf(b1, t + 1);
  const mean = (next * s[0]) / (1 - product * next) + ((1 - momentumOf(b1, t)) * g) / (1 - product);
  return w - (rate * mean) / (Math.sqrt(s[1] / (1 - b2 ** t)) + 1e-7);
});

const lamb = (): Rule => {
  const m = zeros();
  const v = zeros();
  const [rate, b1, b2] = [0.01, 0.9, 0.999];
  return (w, g, t) => {
    const step = zeros();
    for (let i = 0; i < count; i++) {
      m[i] = b1 * m[i] + (1 - b1) * g[i];
      v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
      step[i] = m[i] / (1 - b1 ** t) / (Math.sqrt(v[i] / (1 - b2 ** t)) + 1e-7);
    }
    const ratio = norm(w) > 0 && norm(step) > 0 ? norm(w) / norm(step) : 1;
    for (let i = 0; i < count; i++) w[i] -= rate * ratio * step[i];
  };
};

const ftrl = (rate: number, power: number, l1: number, l2: number, shrinkage: number, beta: number) =>
  elementwise([0.1, 0], (w, g, _t, s) => {
    const after = s[0] + g * g;
    const sigma = (after ** -power - s[0] ** -power) / rate;
    s[1] += g + 2 * shrinkage * w - sigma * w;
    s[0] = after;
    const clipped = Math.max(-l1, Math.min(l1, s[1]));
    return (clipped - s[1]) / (after ** -power / rate + 2 * (l2 + beta / (2 * rate)));
  });

/** Of a matrix with `width` columns, or of a vector for width 0. */
const adafactor = (rate: number, width: number) => (): Rule => {
  const height = count / (width || count);
  const r = zeros(height);
  const c = zeros(width);
  const v = zeros();
  return (w, g, t) => {
    const decay = 1 - t ** -0.8;
    const squares = g.map((value) => value * value + 1e-30);
    for (let i = 0; i < height && width > 0; i++)
      r[i] = decay * r[i] + ((1 - decay) * sum(squares.slice(i * width, (i + 1) * width))) / width;
    for (let j = 0; j < width; j++)
      c[j] = decay * c[j] + ((1 - decay) * sum(squares.filter((_, i) => i % width === j))) / height;
    for (let i = 0; i < count; i++) {
      if (width === 0) v[i] = decay * v[i] + (1 - decay) * squares[i];
      else v[i] = (r[Math.floor(i / width)] * c[i % width]) / (sum(r) / height);
    }
    const u = g.map((value, i) => value / Math.sqrt(v[i]));
    const size = Math.max(1e-3, rms(w)) * Math.min(rate, 1 / Math.sqrt(t));
    const excess = Math.max(1, rms(u));
    for (let i = 0; i < count; i++) w[i] -= (size * u[i]) / excess;
  };
};

/** Rows times columns: [M, K], [K, N] → [M, N]. */
const product = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0].map((_, j) => row.reduce((total, value, k) => total + value * b[k][j], 0)));
const turned = (a: number[][]): number[][] => a[0].map((_, j) => a.map((row) => row[j]));

/** Of a matrix with `width` columns: taller than wide, so that the iteration works on its transpose. */
const muon = (width: number) => (): Rule => {
  const m = zeros();
  return (w, g) => {
    for (let i = 0; i < count; i++) m[i] = 0.95 * m[i] + g[i];
    const ahead = g.map((value, i) => value + 0.95 * m[i]);
    const length = norm(ahead) + 1e-7;
    const rows = Array.from({ length: count / width }, (_, i) =>
      [...ahead.slice(i * width, (i + 1) * width)].map((value) => value / length),
    );
    let x = turned(rows);
    for (let step = 0; step < 5; step++) {
      const a = product(x, turned(x));
      const aa = product(a, a);
      const polynomial = a.map((row, i) => row.map((value, j) => -4.775 * value + 2.0315 * aa[i][j]));
      const change = product(polynomial, x);
      x = x.map((row, i) => row.map((value, j) => 3.4445 * value + change[i][j]));
    }
    const flat = turned(x).flat();
    const size = 0.01 * 0.2 * Math.sqrt(count / width);
    for (let i = 0; i < count; i++) w[i] = w[i] * (1 - 0.004 * 0.01) - size * flat[i];
  };
};

const row = (
  title: string,
  make: () => Optimizer,
  rule: OptimizerCase["rule"],
  shape: readonly number[] = [count],
): OptimizerCase => ({ name: make().name, title, make, rule, shape });

export const optimizerCases: readonly OptimizerCase[] = [
  row(
    "sgd",
    () => optimizers.sgd({ learningRate: 0.1 }),
    elementwise([], (w, g) => w - 0.1 * g),
  ),
  row(
    "sgd with Nesterov's momentum",
    () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    elementwise([0], (w, g, _t, s) => {
      s[0] = 0.9 * s[0] - 0.1 * g;
      return w + 0.9 * s[0] - 0.1 * g;
    }),
  ),
  row("rmsprop", () => optimizers.rmsprop(), rmsprop(0.001, 0.9, 0, 1e-7, false)),
  row(
    "rmsprop, centred, with momentum",
    () => optimizers.rmsprop({ learningRate: 0.01, rho: 0.8, momentum: 0.5, epsilon: 1e-3, centered: true }),
    rmsprop(0.01, 0.8, 0.5, 1e-3, true),
  ),
  row(
    "adagrad",
    () => optimizers.adagrad({ learningRate: 0.1, initialAccumulatorValue: 0.2 }),
    elementwise([0.2], (w, g, _t, s) => {
      s[0] += g * g;
      return w - (0.1 * g) / Math.sqrt(s[0] + 1e-7);
    }),
  ),
  row(
    "adadelta",
    () => optimizers.adadelta({ learningRate: 1, epsilon: 1e-4 }),
    elementwise([0, 0], (w, g, _t, s) => {
      s[0] = 0.95 * s[0] + 0.05 * g * g;
      const step = (Math.sqrt(s[1] + 1e-4) / Math.sqrt(s[0] + 1e-4)) * g;
      s[1] = 0.95 * s[1] + 0.05 * step * step;
      return w - step;
    }),
  ),
  row("adam", () => optimizers.adam(), adamRule(0.001, 0.9, 0.999, 1e-7)),
  row(
    "adam with amsgrad",
    () => optimizers.adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.6, amsgrad: true }),
    adamRule(0.1, 0.5, 0.6, 1e-7, true),
  ),
  row("adamW", () => optimizers.adamW({ learningRate: 0.1 }), adamRule(0.1, 0.9, 0.999, 1e-7, false, 0.004)),
  row(
    "adamax",
    () => optimizers.adamax({ learningRate: 0.1 }),
    elementwise([0, 0], (w, g, t, s) => {
      s[0] = 0.9 * s[0] + 0.1 * g;
      s[1] = Math.max(0.999 * s[1], Math.abs(g));
      return w - (0.1 * s[0]) / ((1 - 0.9 ** t) * (s[1] + 1e-7));
    }),
  ),
  row("nadam", () => optimizers.nadam({ learningRate: 0.01 }), nadam),
  row(
    "lion",
    () => optimizers.lion({ learningRate: 0.01 }),
    elementwise([0], (w, g, _t, s) => {
      const direction = Math.sign(0.9 * s[0] + 0.1 * g);
      s[0] = 0.99 * s[0] + 0.01 * g;
      return w - 0.01 * direction;
    }),
  ),
  row("lamb", () => optimizers.lamb({ learningRate: 0.01 }), lamb, [3, 4]),
  row("ftrl", () => optimizers.ftrl({ learningRate: 0.1 }), ftrl(0.1, -0.5, 0, 0, 0, 0)),
  row(
    "ftrl with all its strengths",
    () =>
      optimizers.ftrl({
        learningRate: 0.1,
        learningRatePower: -0.7,
        l1RegularizationStrength: 0.5,
        l2RegularizationStrength: 0.2,
        l2ShrinkageRegularizationStrength: 0.1,
        beta: 0.3,
      }),
    ftrl(0.1, -0.7, 0.5, 0.2, 0.1, 0.3),
  ),
  row("adafactor of a matrix", () => optimizers.adafactor({ learningRate: 0.1 }), adafactor(0.1, 4), [3, 4]),
  row("adafactor of a vector", () => optimizers.adafactor(), adafactor(0.001, 0)),
  row("muon of a matrix", () => optimizers.muon({ learningRate: 0.01 }), muon(3), [4, 3]),
  row(
    "muon of a vector",
    () => optimizers.muon({ learningRate: 0.1 }),
    adamRule(0.1, 0.9, 0.999, 1e-7, false, 0.004),
  ),
];
