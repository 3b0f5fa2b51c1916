/** Element-wise ops, views and reductions as `map` and `reduce` calls, and chains of them as one call. */
import { type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Pieces } from "../core/turns.ts";
import type { BinaryName, UnaryName } from "../graph/ops/elementwise.ts";
import type { ReduceParams } from "../graph/ops/reduce-sum.ts";
import type { Dag, Node, Ref, Tensor } from "./dag.ts";
import {
  type Arg,
  broadcastWalk,
  denseWalk,
  isDense,
  isScalar,
  type MapParams,
  type ReduceMapParams,
  renameArgs,
  type Step,
  type Walk,
} from "./expression.ts";

/** A node whose params are a formula over `shape`. */
export type MapNode = Node & { readonly params: MapParams };

export function isMap(node: Node): node is MapNode {
  return node.kernel === "map";
}

const operandArgs = (count: number): Arg[] => Array.from({ length: count }, (_, operand) => ({ operand }));

/** What an op reads and computes for each element of its output, if it is element-wise or a view. */
function formulaOf(node: Node): { operands: Walk[]; steps: Step[] } | undefined {
  const shape = node.outputs[0].shape;
  const repeated = (): Walk[] => node.inputs.map((input) => broadcastWalk(input.shape, shape));
  const args = operandArgs(node.inputs.length);
  switch (node.kernel) {
    case "unary":
    case "binary": {
      const { function: name } = node.params as { function: UnaryName | BinaryName };
      return { operands: repeated(), steps: [{ function: name, args }] };
    }
    case "select":
      return { operands: repeated(), steps: [{ function: "select", args }] };
    case "cast":
    case "broadcastTo":
      return { operands: repeated(), steps: [] };
    case "transpose": {
      const { order } = node.params as { order: readonly number[] };
      const { strides } = denseWalk(node.inputs[0].shape);
      return { operands: [{ strides: order.map((axis) => strides[axis]), offset: 0 }], steps: [] };
    }
    case "slice": {
      const { start } = node.params as { start: readonly number[] };
      const { strides } = denseWalk(node.inputs[0].shape);
      const offset = start.reduce((sum, index, axis) => sum + index * strides[axis], 0);
      return { operands: [{ strides, offset }], steps: [] };
    }
    default:
      return undefined;
  }
}

/** Rewrites each element-wise op and view as a `map`, each sum and maximum along axes as a `reduce`. */
export function writeMaps(dag: Dag): void {
  dag.nodes = dag.nodes.map((node) => {
    if (node.kernel === "reduceSum" || node.kernel === "reduceMax") {
      const { axes } = node.params as ReduceParams;
      const { shape } = node.inputs[0];
      const params: ReduceMapParams = {
        shape,
        operands: [denseWalk(shape)],
        steps: [],
        results: [{ operand: 0 }],
        axes,
        reduction: node.kernel === "reduceSum" ? "sum" : "max",
      };
      return { ...node, kernel: "reduce", params };
    }
    const formula = formulaOf(node);
    if (!formula) return node;
    const { operands, steps } = formula;
    const result: Arg = steps.length > 0 ? { step: steps.length - 1 } : { operand: 0 };
    const params: MapParams = { shape: node.outputs[0].shape, operands, steps, results: [result] };
    return tidy({ ...node, kernel: "map", params });
  });
}

/** Numbers that are the same for every element become part of the formula; operands read alike are read once. */
function tidy<N extends MapNode>(node: N): N {
  const inputs: Ref[] = [];
  const operands: Walk[] = [];
  const renamed = node.params.operands.map((walk, i): Arg => {
    const ref = node.inputs[i];
    const { origin } = ref.tensor;
    if (origin.kind === "constant" && (isScalar(walk) || origin.data.length === 1)) {
      return { constant: origin.data[walk.offset] };
    }
    const same = operands.findIndex(
      (other, j) =>
        inputs[j].tensor === ref.tensor &&
        other.offset === walk.offset &&
        other.strides.every((stride, axis) => stride === walk.strides[axis]),
    );
    if (same >= 0) return { operand: same };
    inputs.push(ref);
    operands.push(walk);
    return { operand: operands.length - 1 };
  });
  const rename = (arg: Arg): Arg => ("operand" in arg ? renamed[arg.operand] : arg);
  const params = {
    ...node.params,
    operands,
    steps: renameArgs(node.params.steps, rename),
    results: node.params.results.map(rename),
  };
  return { ...node, inputs, params };
}

/** The same formula walked through another shape of as many elements; impossible if an operand is repeated along some axes only. */
function reshaped(params: MapParams, shape: Shape): MapParams | undefined {
  if (sameShape(params.shape, shape)) return params;
  const operands = params.operands.map((walk): Walk | undefined => {
    if (isScalar(walk)) return { strides: shape.map(() => 0), offset: walk.offset };
    return isDense(walk, params.shape) ? denseWalk(shape) : undefined;
  });
  return operands.every((walk) => walk !== undefined) ? { ...params, shape, operands } : undefined;
}

/** `reader` with the formula of `producer` in place of what it read from it; `kept` outputs of the producer remain outputs. */
function merged<N extends MapNode>(producer: MapNode, reader: N, kept: readonly Tensor[]): N | undefined {
  const params = reshaped(producer.params, reader.params.shape);
  if (!params) return undefined;
  const shift = producer.inputs.length;
  const offset = params.steps.length;
  const rename = (arg: Arg): Arg => {
    if ("step" in arg) return { step: arg.step + offset };
    if (!("operand" in arg)) return arg;
    const from = producer.outputs.indexOf(reader.inputs[arg.operand].tensor);
    const dense = isDense(reader.params.operands[arg.operand], reader.params.shape);
    return from >= 0 && dense ? params.results[from] : { operand: arg.operand + shift };
  };
  const steps = [...params.steps, ...renameArgs(reader.params.steps, rename)];
  const results = reader.params.results.map(rename);
  const node = tidy({
    ...reader,
    inputs: [...producer.inputs, ...reader.inputs],
    outputs: [...reader.outputs, ...kept],
    flops: producer.flops + reader.flops,
    params: {
      ...reader.params,
      operands: [...params.operands, ...reader.params.operands],
      steps,
      results: [...results, ...kept.map((tensor) => params.results[producer.outputs.indexOf(tensor)])],
    },
  });
  return dropUnread(node);
}

/** Leaves out operands that no step and no result reads. */
function dropUnread<N extends MapNode>(node: N): N {
  const { steps, results, operands } = node.params;
  const read = new Set<number>();
  for (const arg of [...steps.flatMap((step) => step.args), ...results])
    if ("operand" in arg) read.add(arg.operand);
  const keep = operands.map((_, i) => i).filter((i) => read.has(i));
  const rename = (arg: Arg): Arg => ("operand" in arg ? { operand: keep.indexOf(arg.operand) } : arg);
  return {
    ...node,
    inputs: keep.map((i) => node.inputs[i]),
    params: {
      ...node.params,
      operands: keep.map((i) => operands[i]),
      steps: renameArgs(steps, rename),
      results: results.map(rename),
    },
  };
}

/** Whether every read of `producer` by `reader` is element for element. */
function readsDensely(producer: MapNode, reader: MapNode): boolean {
  if (sizeOf(producer.params.shape) !== sizeOf(reader.params.shape)) return false;
  return reader.inputs.every(
    (input, i) =>
      !producer.outputs.includes(input.tensor) || isDense(reader.params.operands[i], reader.params.shape),
  );
}

/** Whether `reader` depends on `producer` through some other node, so that the two cannot be one call. */
function dependsIndirectly(dag: Dag, producer: Node, reader: Node): boolean {
  const seen = new Set<Node>();
  const reaches = (node: Node): boolean => {
    if (node === producer) return true;
    if (seen.has(node) || node.order < producer.order) return false;
    seen.add(node);
    return node.inputs.some((input) => {
      const before = dag.producerOf(input.tensor);
      return before !== undefined && reaches(before);
    });
  };
  return reader.inputs.some((input) => {
    const before = dag.producerOf(input.tensor);
    return before !== undefined && before !== producer && reaches(before);
  });
}

/** Makes one call of every chain of element-wise calls, and of a reduction and the chain that only it reads. */
export function* fuseMaps(dag: Dag): Pieces<void> {
  yield* mergeWherever(dag, (producer, reader) => {
    const others = producer.outputs.some((output) => dag.isKept(output) || dag.onlyReader(output) !== reader);
    return others ? undefined : [];
  });
  yield* mergeWherever(dag, (producer, reader) => {
    if (!isMap(reader)) return undefined;
    const readers = producer.outputs.flatMap((output) => dag.readersOf(output));
    const first = readers.every((other) => other === reader || other.order > reader.order);
    if (!first || dependsIndirectly(dag, producer, reader)) return undefined;
    return producer.outputs.filter(
      (output) => dag.isKept(output) || dag.readersOf(output).some((other) => other !== reader),
    );
  });
}

/** Merges a map into a reader wherever `keeping` says which of its outputs must stay (`undefined`: do not merge). */
function* mergeWherever(
  dag: Dag,
  keeping: (producer: MapNode, reader: MapNode) => Tensor[] | undefined,
): Pieces<void> {
  for (let again = true; again; ) {
    again = false;
    for (const reader of [...dag.nodes].reverse()) {
      if (!dag.has(reader) || (reader.kernel !== "map" && reader.kernel !== "reduce")) continue;
      yield;
      let current = reader as MapNode;
      for (const input of reader.inputs) {
        const producer = dag.producerOf(input.tensor);
        if (!producer || !isMap(producer) || producer === current || !readsDensely(producer, current))
          continue;
        const kept = keeping(producer, current);
        const node = kept && merged(producer, current, kept);
        if (!node) continue;
        dag.replace([producer, current], [node]);
        current = node;
        again = true;
      }
    }
  }
}
