/**
 * Behind a max pooling only the winners' positions have a gradient: the gradients of a convolution that is pooled are
 * computed from the pooled map's gradient and the winners, without the full map's gradient.
 */
import type { Dag, Node } from "../../../compiler/dag.ts";
import { windowOutputs } from "../../../core/window.ts";
import type { ConvParams } from "../../../graph/ops/conv.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";

/** Share of positions with a gradient, from which the dense kernels are faster. */
const mostWinners = 0.3;

export interface PooledConvParams extends ConvParams {
  /** The pooling behind the convolution. */
  readonly pool: PoolParams["window"];
}

export function usePooledGradients(dag: Dag): void {
  for (const node of dag.nodes) {
    if (node.kernel === "convKernelGradient") replace(dag, node, 1, suitsKernelGradient);
    if (node.kernel === "convInputGradient") replace(dag, node, 0, suitsInputGradient);
  }
}

/** Puts the pooled gradient and the winners in place of the scattered gradient, operand `index` of the node. */
function replace(dag: Dag, node: Node, index: number, suits: (params: ConvParams) => boolean): void {
  const scatter = dag.producerOf(node.inputs[index].tensor);
  const params = node.params as ConvParams;
  if (scatter?.kernel !== "scatterWinners" || !suits(params)) return;
  const { window: pool } = scatter.params as PoolParams;
  if (windowOutputs(pool) > mostWinners * windowOutputs(params.window)) return;
  const inputs = [...node.inputs];
  inputs.splice(index, 1, ...scatter.inputs);
  const share = windowOutputs(pool) / windowOutputs(params.window);
  dag.replace(
    [node],
    [
      {
        ...node,
        kernel: `${node.kernel}Pooled`,
        params: { ...params, pool },
        inputs,
        flops: Math.round(node.flops * share),
      },
    ],
  );
}

const suitsKernelGradient = ({ window, groups }: ConvParams): boolean => window.length === 2 && groups === 1;

const suitsInputGradient = (params: ConvParams): boolean =>
  suitsKernelGradient(params) &&
  params.window.every(
    ({ stride, dilation, before, size }) => stride === 1 && dilation === 1 && before < size,
  );
