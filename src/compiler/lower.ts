import { bytesPerElement, sizeOf } from "../core/shape.ts";
import { type Pieces, runInTurns } from "../core/turns.ts";
import type { Graph, State } from "../graph/graph.ts";
import { type Dag, dagOf, type Node, type Ref, type Tensor } from "./dag.ts";
import { isDense } from "./expression.ts";
import { isMap } from "./maps.ts";
import { type Lifetime, planMemory } from "./memory-plan.ts";
import type { BufferPlan, CallPlan, Location, Operand, Program } from "./program.ts";
import { type Schedule, schedule } from "./schedule.ts";
import type { BackendTables } from "./tables.ts";

export interface LowerOptions {
  /** Keep prepared forms of the states from run to run; for programs that do not change them. Default false. */
  readonly keepDerived?: boolean;
  /** Bytes left free behind every scratch buffer, to be watched by tests. Default 0. */
  readonly guardBytes?: number;
}

/** Turns a graph into a program: simplify, rewrite by the backend's tables, order, and give every buffer its place. */
export function lower(graph: Graph, tables: BackendTables, options?: LowerOptions): Promise<Program> {
  return runInTurns(lowering(graph, tables, options));
}

function* lowering(graph: Graph, tables: BackendTables, options: LowerOptions = {}): Pieces<Program> {
  const dag = dagOf(graph);
  const functions = dag.nodes.flatMap(({ params }) => (params as { function?: string }).function ?? []);
  for (const rewrite of tables.rewrites) {
    yield;
    const pieces = rewrite(dag);
    if (pieces) yield* pieces;
    dag.removeDead();
  }
  yield;
  const plan = schedule(dag, tables.inPlace);
  yield tables.load?.(
    dag.nodes.map(({ kernel }) => kernel),
    functions,
  );
  return assemble(dag, plan, tables, options);
}

/** Vectors of 16 bytes may be read and written whole, so every buffer ends on one. */
function byteLengthOf({ shape, dtype }: Tensor): number {
  return Math.ceil((sizeOf(shape) * bytesPerElement[dtype]) / 16) * 16;
}

function assemble(dag: Dag, plan: Schedule, tables: BackendTables, options: LowerOptions): Program {
  const phases = plan.phases.map((nodes) => nodes ?? []);
  const tensors = new Map<Tensor, number>();
  const numberOf = (tensor: Tensor): number => {
    if (!tensors.has(tensor)) tensors.set(tensor, tensors.size);
    return tensors.get(tensor) as number;
  };
  for (const node of phases.flat()) {
    for (const ref of node.inputs) numberOf(ref.tensor);
    for (const output of node.outputs) numberOf(output);
  }
  for (const ref of dag.outputs.values()) numberOf(ref.tensor);

  const locations = place(dag, phases, [...tensors.keys()], plan, tables.inPlace, options);
  const buffers = [...tensors.keys()].map(
    (tensor, i): BufferPlan => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      byteLength: byteLengthOf(tensor),
      location: locations.of[i],
    }),
  );
  const operand = ({ tensor, shape }: Ref): Operand => ({ buffer: numberOf(tensor), shape });
  const calls: CallPlan[] = [];
  const numbered = phases.map((nodes) =>
    nodes.map((node) => {
      calls.push(callOf(node, operand, tables));
      return calls.length - 1;
    }),
  );
  const inputs: Record<string, Operand> = {};
  for (const tensor of tensors.keys()) {
    if (tensor.origin.kind === "input") inputs[tensor.origin.name] = operand({ tensor, shape: tensor.shape });
  }
  const outputs = Object.fromEntries([...dag.outputs].map(([name, ref]) => [name, operand(ref)]));
  const states = new Set<State>();
  for (const { location } of buffers) if (location.kind === "state") states.add(location.state);
  return {
    buffers,
    calls,
    phases: numbered,
    derivePhases: plan.derivePhases,
    updatePhase: plan.updatePhase,
    hostPoints: phases.flatMap((nodes, phase) =>
      nodes
        .filter((node) => node.kernel === "hostPoint")
        .map((node) => ({
          name: (node.params as { name: string }).name,
          phase,
          buffer: numberOf(node.outputs[0]),
        })),
    ),
    inputs,
    outputs,
    states: [...states],
    scratchBytes: locations.scratchBytes,
    threadBytes: Math.max(0, ...calls.map((call) => call.split.threadBytes)),
  };
}

function callOf(node: Node, operand: (ref: Ref) => Operand, tables: BackendTables): CallPlan {
  const inputs = node.inputs.map(operand);
  const outputs = node.outputs.map((tensor) => operand({ tensor, shape: tensor.shape }));
  const touched = new Set<Tensor>([...node.inputs.map(({ tensor }) => tensor), ...node.outputs]);
  const byteLength = [...touched].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  const split = tables.split({
    kernel: node.kernel,
    params: node.params,
    inputs: node.inputs.map(({ tensor, shape }) => ({ shape, dtype: tensor.dtype })),
    outputs: node.outputs,
    flops: node.flops,
    byteLength,
  });
  const { kernel, params, scope, flops } = node;
  return { kernel, params, inputs, outputs, scope, flops, byteLength, split };
}

/** Decides where each tensor lies. */
function place(
  dag: Dag,
  phases: readonly (readonly Node[])[],
  tensors: readonly Tensor[],
  plan: Schedule,
  inPlace: boolean,
  { keepDerived = false, guardBytes = 0 }: LowerOptions,
): { of: Location[]; scratchBytes: number } {
  const first = new Map<Tensor, number>();
  const last = new Map<Tensor, number>();
  for (const [phase, nodes] of phases.entries()) {
    for (const node of nodes) {
      for (const output of node.outputs) first.set(output, phase);
      for (const tensor of [...node.outputs, ...node.inputs.map((ref) => ref.tensor)])
        last.set(tensor, phase);
    }
  }
  for (const { tensor } of dag.outputs.values()) last.set(tensor, phases.length);

  const fixed = new Map<Tensor, Location>();
  const derived = new Set(
    keepDerived
      ? phases.slice(0, plan.derivePhases).flatMap((nodes) => nodes.flatMap((node) => node.outputs))
      : [],
  );
  for (const tensor of tensors) {
    const { origin } = tensor;
    const state = origin.kind === "state" ? origin.state : plan.stateOf.get(tensor);
    if (state) fixed.set(tensor, { kind: "state", state });
    else if (origin.kind === "constant") fixed.set(tensor, { kind: "constant", data: origin.data });
    else if (derived.has(tensor)) fixed.set(tensor, { kind: "derived" });
  }

  const sharing = inPlace ? inPlacePairs(phases, fixed, last) : new Map<Tensor, Tensor>();
  const slotOf = (tensor: Tensor): Tensor => {
    const earlier = sharing.get(tensor);
    return earlier ? slotOf(earlier) : tensor;
  };
  const slots = new Map<Tensor, Lifetime>();
  for (const tensor of tensors) {
    if (fixed.has(tensor)) continue;
    const slot = slotOf(tensor);
    const known = slots.get(slot);
    const begin = first.get(slot) ?? -1;
    const end = Math.max(known?.last ?? -1, last.get(tensor) ?? -1);
    slots.set(slot, { byteLength: byteLengthOf(slot), first: begin, last: end });
  }
  const { offsets, byteLength } = planMemory([...slots.values()], guardBytes);
  const offsetOf = new Map([...slots.keys()].map((slot, i) => [slot, offsets[i]]));
  const of = tensors.map(
    (tensor): Location =>
      fixed.get(tensor) ?? { kind: "scratch", offset: offsetOf.get(slotOf(tensor)) as number },
  );
  return { of, scratchBytes: byteLength };
}

/** Outputs of maps that may take the place of an operand that is read for the last time, element for element. */
function inPlacePairs(
  phases: readonly (readonly Node[])[],
  fixed: ReadonlyMap<Tensor, Location>,
  last: ReadonlyMap<Tensor, number>,
): Map<Tensor, Tensor> {
  const pairs = new Map<Tensor, Tensor>();
  const taken = new Set<Tensor>();
  for (const [phase, nodes] of phases.entries()) {
    for (const node of nodes) {
      if (!isMap(node)) continue;
      for (const output of node.outputs) {
        if (fixed.has(output)) continue;
        const index = node.inputs.findIndex(({ tensor }, i) => {
          const free = !fixed.has(tensor) && !taken.has(tensor) && tensor.origin.kind === "computed";
          const sameBytes = tensor.dtype === output.dtype && byteLengthOf(tensor) === byteLengthOf(output);
          const dense = isDense(node.params.operands[i], node.params.shape);
          const readOnce = node.inputs.every((other, j) => j === i || other.tensor !== tensor);
          const readers = nodes.filter((other) => other.inputs.some((ref) => ref.tensor === tensor));
          return free && sameBytes && dense && readOnce && readers.length === 1 && last.get(tensor) === phase;
        });
        if (index < 0) continue;
        pairs.set(output, node.inputs[index].tensor);
        taken.add(node.inputs[index].tensor);
      }
    }
  }
  return pairs;
}
