/**
 * Max pooling in training keeps the number of each window's winner, so that its gradient needs neither the map it read
 * nor a second search; what follows commutes with handing the gradient out to the winners:
 *
 *     relu′ of the map at a winner      = relu′ of the pooled number
 *     sum of the handed-out gradient    = sum of the gradient
 */
import { computed, type Dag, type Node, refTo, type Tensor } from "../../../compiler/dag.ts";
import { windowTaps } from "../../../core/window.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";
import type { ReduceParams } from "../../../graph/ops/reduce-sum.ts";

/** The numbers of the winners are bytes. */
const mostTaps = 255;

export function poolWinners(dag: Dag): void {
  for (const gradient of dag.nodes.filter(({ kernel }) => kernel === "maxPoolGradient")) {
    const [image, outputGradient] = gradient.inputs;
    const pool = dag
      .readersOf(image.tensor)
      .find(
        ({ kernel, params }) =>
          kernel === "maxPool" && JSON.stringify(params) === JSON.stringify(gradient.params),
      );
    if (!pool || windowTaps((gradient.params as PoolParams).window) > mostTaps) continue;
    const pooled = pool.outputs[0];
    const winners = computed(pooled.shape, "uint8");
    const withWinners: Node = { ...pool, kernel: "maxPoolWinners", outputs: [pooled, winners] };
    const scatter: Node = { ...gradient, kernel: "scatterWinners", inputs: [outputGradient, refTo(winners)] };
    dag.replace([pool, gradient], [withWinners, scatter]);
    maskPooled(dag, scatter, image.tensor, pooled);
  }
  sumUnscattered(dag);
}

/** select(map > 0, scatter(g), 0) → scatter(select(pooled > 0, g, 0)). */
function maskPooled(dag: Dag, scatter: Node, map: Tensor, pooled: Tensor): void {
  const mask = dag.onlyReader(scatter.outputs[0]);
  if (mask?.kernel !== "select" || mask.inputs[1].tensor !== scatter.outputs[0] || !isConstant(mask, 2, 0))
    return;
  const positive = dag.producerOf(mask.inputs[0].tensor);
  if (positive?.kernel !== "binary" || (positive.params as { function: string }).function !== "greater")
    return;
  if (positive.inputs[0].tensor !== map || !isConstant(positive, 1, 0)) return;

  const [gradient, winners] = scatter.inputs;
  const zero = positive.inputs[1];
  const isPositive = computed(pooled.shape);
  const masked = computed(pooled.shape);
  const { order } = scatter;
  const compare = { ...positive, inputs: [refTo(pooled), zero], outputs: [isPositive], order };
  const select = { ...mask, inputs: [refTo(isPositive), gradient, mask.inputs[2]], outputs: [masked], order };
  const after = { ...scatter, inputs: [refTo(masked), winners], outputs: mask.outputs };
  dag.replace([mask, scatter], [compare, select, after]);
}

/** Sums over all positions of a scattered gradient are sums over all windows. */
function sumUnscattered(dag: Dag): void {
  for (const sum of dag.nodes.filter(({ kernel }) => kernel === "reduceSum")) {
    const scatter = dag.producerOf(sum.inputs[0].tensor);
    if (scatter?.kernel !== "scatterWinners") continue;
    const { axes } = sum.params as ReduceParams;
    const [gradient] = scatter.inputs;
    const spatial = sum.inputs[0].shape.map((_, axis) => axis).slice(0, -1);
    const overAll =
      sum.inputs[0].shape.length === gradient.shape.length && spatial.every((axis) => axes.includes(axis));
    if (overAll) dag.replace([sum], [{ ...sum, inputs: [gradient] }]);
  }
}

function isConstant(node: Node, input: number, value: number): boolean {
  const { origin } = node.inputs[input].tensor;
  return origin.kind === "constant" && origin.data.every((number) => number === value);
}
