import { OptionError } from "../core/errors.ts";
import { pow } from "../core/math.ts";
import { requirePositive } from "../core/require.ts";
import type { Value } from "../graph/graph.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../graph/ops/elementwise.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { transpose } from "../graph/ops/transpose.ts";
import type { LearningRate } from "../schedules/schedule.ts";
import { type CommonOptions, settingsOf } from "./common-options.ts";
import type { Optimizer, UpdateContext } from "./optimizer.ts";
import { requireDecays, requireNotNegative } from "./require.ts";

export interface MuonOptions extends CommonOptions {
  /** Step size, or a schedule. Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the mean of the gradients of weights that Adam trains, in [0, 1). Default 0.9. */
  adamBeta1?: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  adamBeta2?: number;
  /** Weight decay of weights that Adam trains. Default 0.004. */
  adamWeightDecay?: number;
  /** Learning rate of weights that Adam trains, relative to that of the others. Default 1. */
  adamLrRatio?: number;
  /** Keeps quotients finite. Default 1e-7. */
  epsilon?: number;
  /** Adam also trains weights whose paths contain one of these. Default none. */
  excludeLayers?: readonly string[];
  /** Adam also trains weights whose paths contain "embedding". Default true. */
  excludeEmbeddings?: boolean;
  /** Coefficients of the iteration X ← a · X + b · (X Xᵀ) X + c · (X Xᵀ)² X. Default 3.4445. */
  muonA?: number;
  /** Default −4.775. */
  muonB?: number;
  /** Default 2.0315. */
  muonC?: number;
  /** Decay of the sum of gradients, in [0, 1). Default 0.95. */
  momentum?: number;
  /** Iterations. Default 5. */
  nsSteps?: number;
  /** Look ahead along the momentum. Default true. */
  nesterov?: boolean;
  /** Steps of a matrix are multiplied by this and the root of its longer side; `null`: by nothing. Default 0.2. */
  rmsRate?: number | null;
}

/**
 * Muon: matrices step by their momentum made orthogonal, all directions equally far; Adam trains the other weights.
 *
 *     m ← momentum · m + g,  X = Newton and Schulz's iteration of m (or with `nesterov` of g + momentum · m)
 *     w ← w − rate · rmsRate · √(longer side) · X
 *
 * Matrices are weights with two axes, such as the kernels of dense layers. Weight decay is 0.004 unless given.
 *
 * @see https://kellerjordan.github.io/posts/muon/ and Liu et al. 2025, "Muon is scalable for LLM training"
 * @see https://keras.io/api/optimizers/muon/
 * @example
 * model.compile({ optimizer: optimizers.muon({ excludeLayers: ["dense/"] }), loss: "sparseCategoricalCrossentropy" });
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const where = "optimizers.muon";
  const defaults = {
    learningRate: 0.001 as LearningRate,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamWeightDecay: 0.004,
    adamLrRatio: 1,
    epsilon: 1e-7,
    excludeLayers: [] as readonly string[],
    excludeEmbeddings: true,
    muonA: 3.4445,
    muonB: -4.775,
    muonC: 2.0315,
    momentum: 0.95,
    nsSteps: 5,
    nesterov: true,
    rmsRate: 0.2 as number | null,
    weightDecay: 0.004,
  };
  const { own, base } = settingsOf("muon", options, defaults);
  const { adamBeta1, adamBeta2, adamWeightDecay, adamLrRatio, epsilon, momentum, nesterov, rmsRate } = own;
  requireDecays(where, { adamBeta1, adamBeta2, momentum });
  requireNotNegative(where, { adamWeightDecay, adamLrRatio });
  requirePositive(where, { epsilon, nsSteps: own.nsSteps, ...(rmsRate === null ? {} : { rmsRate }) });
  if (!Number.isInteger(own.nsSteps) || !Array.isArray(own.excludeLayers)) {
    throw new OptionError({
      where,
      expected: "nsSteps as a whole number and excludeLayers as a list",
      received: `${own.nsSteps} and ${String(own.excludeLayers)}`,
    });
  }
  const usesAdam = ({ parameter, path }: UpdateContext): boolean =>
    parameter.shape.length !== 2 ||
    (own.excludeEmbeddings && path.toLowerCase().includes("embedding")) ||
    own.excludeLayers.some((part) => path.includes(part));
  return {
    ...base,
    decayOf: (context) => (usesAdam(context) ? adamWeightDecay : own.weightDecay),
    scalars: (step, rate) => ({
      rate,
      adamRate: (rate * adamLrRatio * Math.sqrt(1 - pow(adamBeta2, step))) / (1 - pow(adamBeta1, step)),
    }),
    write(context) {
      const { parameter, gradient, slot, keep, scalar } = context;
      const m = slot("m");
      if (usesAdam(context)) {
        const v = slot("v");
        const mean = add(m, multiply(subtract(gradient, m), 1 - adamBeta1));
        const meanSquare = add(v, multiply(subtract(square(gradient), v), 1 - adamBeta2));
        keep("m", mean);
        keep("v", meanSquare);
        const spread = add(sqrt(meanSquare), epsilon);
        return subtract(parameter, divide(multiply(mean, scalar("adamRate")), spread));
      }
      const sum = add(multiply(m, momentum), gradient);
      keep("m", sum);
      const step = orthogonal(nesterov ? add(gradient, multiply(sum, momentum)) : sum, own);
      const length = rmsRate === null ? 1 : rmsRate * Math.sqrt(Math.max(...parameter.shape));
      return subtract(parameter, multiply(multiply(step, length), scalar("rate")));
    },
  };
}

type Iteration = Required<Pick<MuonOptions, "muonA" | "muonB" | "muonC" | "nsSteps" | "epsilon">>;

/** Newton and Schulz's iteration: the singular values of a matrix [M, N] come close to 1. */
function orthogonal(matrix: Value, { muonA, muonB, muonC, nsSteps, epsilon }: Iteration): Value {
  const isTall = matrix.shape[0] > matrix.shape[1];
  const wide = isTall ? transpose(matrix, [1, 0]) : matrix;
  let x = divide(wide, add(sqrt(reduceSum(square(wide))), epsilon));
  for (let step = 0; step < nsSteps; step++) {
    const products = matMul(x, x, { transposeB: true });
    const polynomial = add(multiply(products, muonB), matMul(multiply(products, muonC), products));
    x = add(multiply(x, muonA), matMul(polynomial, x));
  }
  return isTall ? transpose(x, [1, 0]) : x;
}
