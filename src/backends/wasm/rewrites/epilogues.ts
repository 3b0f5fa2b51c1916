/** Element-wise chains behind a product or convolution run on its sums while they are in registers. */
import type { Dag, Node } from "../../../compiler/dag.ts";
import {
  type Arg,
  type Epilogue,
  kindOf,
  type OperandKind,
  renameArgs,
} from "../../../compiler/expression.ts";
import { isMap, type MapNode } from "../../../compiler/maps.ts";
import { sameShape } from "../../../core/shape.ts";
import { windowOutputs } from "../../../core/window.ts";
import type { ConvParams } from "../../../graph/ops/conv.ts";
import type { PoolParams } from "../../../graph/ops/pool-params.ts";

const withEpilogue = ["conv", "convInputGradient", "convInputGradientPooled", "matMul"];

export function fuseEpilogues(dag: Dag): void {
  for (const node of dag.nodes.filter(({ kernel }) => withEpilogue.includes(kernel))) {
    const [sum] = node.outputs;
    const reader = dag.onlyReader(sum);
    if (!reader || !isMap(reader) || reader.outputs.length !== 1) continue;
    const epilogue = epilogueOf(node, reader);
    if (!epilogue) continue;
    const operands = reader.inputs.filter(({ tensor }) => tensor !== sum);
    const fused: Node = {
      ...node,
      params: { ...(node.params as object), epilogue },
      inputs: [...node.inputs, ...operands],
      outputs: reader.outputs,
      flops: node.flops + reader.flops,
    };
    dag.replace([node, reader], [fused]);
  }
}

/** The reader's formula with the sum as operand 0, if every other operand is read in one of the three simple ways. */
function epilogueOf(node: Node, reader: MapNode): Epilogue | undefined {
  const [sum] = node.outputs;
  const { shape, operands, steps, results } = reader.params;
  const sums = reader.inputs.flatMap(({ tensor }, i) => (tensor === sum ? [i] : []));
  const others = reader.inputs.flatMap(({ tensor }, i) => (tensor === sum ? [] : [i]));
  const channels = sum.shape[sum.shape.length - 1];
  const kinds = others.map((i) => kindOf(operands[i], shape));
  const simple =
    sums.length === 1 &&
    kindOf(operands[sums[0]], shape) === "dense" &&
    shape[shape.length - 1] === channels &&
    others.every((i) => reader.inputs[i].tensor.dtype === "float32") &&
    !kinds.includes("other");
  if (!simple) return undefined;
  const rename = (arg: Arg): Arg => {
    if (!("operand" in arg)) return arg;
    return { operand: arg.operand === sums[0] ? 0 : others.indexOf(arg.operand) + 1 };
  };
  return { kinds: kinds as OperandKind[], steps: renameArgs(steps, rename), result: rename(results[0]) };
}

/** Convolutions whose result only a 2 × 2 max pooling reads pool it in registers; the full map is never written. */
export function fusePooling(dag: Dag): void {
  for (const pool of dag.nodes.filter(({ kernel }) => kernel === "maxPool" || kernel === "maxPoolWinners")) {
    const [map] = pool.inputs;
    const { window } = pool.params as PoolParams;
    const node = dag.producerOf(map.tensor);
    if (
      node?.kernel !== "conv" ||
      dag.onlyReader(map.tensor) !== pool ||
      !sameShape(map.shape, map.tensor.shape)
    )
      continue;
    const params = node.params as ConvParams & { epilogue?: Epilogue };
    const inChannels = node.inputs[0].shape[node.inputs[0].shape.length - 1];
    const isSimple =
      window.length === 2 &&
      window.every(({ size, stride, before, in: length, out }) => {
        return size === 2 && stride === 2 && before === 0 && out * 2 <= length;
      });
    const isDepthwise = params.groups > 1 && params.groups === inChannels;
    if (!isSimple || isDepthwise || params.epilogue?.kinds.includes("dense")) continue;
    dag.replace(
      [node, pool],
      [
        {
          ...node,
          params: { ...params, pool: pool.kernel === "maxPool" ? "max" : "winners" },
          outputs: pool.outputs,
          flops:
            Math.round((node.flops * windowOutputs(window) * 4) / windowOutputs(params.window)) + pool.flops,
        },
      ],
    );
  }
}
