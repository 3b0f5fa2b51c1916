import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";
import { multiply, subtract } from "./elementwise.ts";
import { reduceSum } from "./reduce-sum.ts";
import { reshape } from "./reshape.ts";

const flopsPerElement = 16;

/** output[i] = e^(x[i] − max) / Σⱼ e^(x[j] − max) along the last axis. */
export const softmaxOp: Op<Record<never, never>> = {
  name: "softmax",
  shape: ([input]) => input,
  gradient({ output: y, outputGradient: g }) {
    const gy = multiply(g, y);
    return [subtract(gy, multiply(y, reduceSum(gy, { axes: -1, keepDims: true })))];
  },
  flops: ([input]) => flopsPerElement * sizeOf(input),
};

/** −Σ targets · log softmax(logits) along the last axis, without the softmax's rounding: the numbers stay finite. */
export const softmaxCrossEntropyOp: Op<Record<never, never>> = {
  name: "softmaxCrossEntropy",
  shape([logits, targets]) {
    if (!sameShape(logits, targets)) {
      throw new ShapeError({
        where: "softmaxCrossEntropy",
        expected: `targets ${formatShape(logits)}`,
        received: formatShape(targets),
      });
    }
    return logits.slice(0, -1);
  },
  gradient({ inputs: [logits, targets], outputGradient }) {
    const g = reshape(outputGradient, [...outputGradient.shape, 1]);
    const total = reduceSum(targets, { axes: -1, keepDims: true });
    return [multiply(g, subtract(multiply(softmax(logits), total), targets)), null];
  },
  flops: ([logits]) => flopsPerElement * sizeOf(logits),
};

/** Numbers as probabilities along the last axis: [N, classes] → [N, classes]. */
export function softmax(input: Value): Value {
  return apply(softmaxOp, [input], {});
}

/**
 * Cross-entropy of softmax(logits) with target probabilities: [N, classes], [N, classes] → [N].
 *
 * No gradient flows to the targets.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  return apply(softmaxCrossEntropyOp, [logits, targets], {});
}
