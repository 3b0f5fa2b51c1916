import type { State } from "../graph/graph.ts";
import { computed, type Dag, type Node, type Tensor } from "./dag.ts";
import { isDense, type MapParams } from "./expression.ts";
import { isMap } from "./maps.ts";

/** When each call runs, and which tensors are new values of states written in place. */
export interface Schedule {
  readonly phases: Node[][];
  readonly derivePhases: number;
  readonly updatePhase: number;
  readonly stateOf: ReadonlyMap<Tensor, State>;
}

/** Forms of states, computed from nothing else. */
function derivedNodes(dag: Dag): Set<Node> {
  const derived = new Set<Node>();
  for (const node of dag.nodes) {
    const fromStates = node.inputs.every(({ tensor }) => {
      const producer = dag.producerOf(tensor);
      return tensor.origin.kind === "state" || (producer !== undefined && derived.has(producer));
    });
    if (node.kernel.startsWith("derive") && fromStates) derived.add(node);
  }
  return derived;
}

/** A call that copies a tensor into a state. */
function copyNode(from: Tensor, state: State, order: number): Node {
  const inputs = [{ tensor: from, shape: state.shape }];
  return {
    kernel: "copy",
    params: {},
    inputs,
    outputs: [computed(state.shape)],
    scope: state.path,
    flops: 0,
    order,
  };
}

/**
 * Orders the calls in phases. A call runs as soon as what it reads is there; updates of states run after everything
 * else, in the state's own memory where nobody reads the old numbers later, else by a copy at the end.
 *
 * @param inPlace whether a `map` may write where it read
 */
export function schedule(dag: Dag, inPlace: boolean): Schedule {
  dag.sort();
  const derived = derivedNodes(dag);
  const producers = new Map<Tensor, Node>();
  for (const node of dag.nodes) for (const output of node.outputs) producers.set(output, node);
  const stateTensors = new Map<State, Tensor>();
  for (const { tensor } of dag.nodes.flatMap((node) => node.inputs)) {
    if (tensor.origin.kind === "state") stateTensors.set(tensor.origin.state, tensor);
  }

  const updating = new Set<Node>();
  for (const { tensor } of dag.updates.values()) {
    const producer = producers.get(tensor);
    if (producer && isMap(producer) && inPlace) updating.add(producer);
  }
  const phaseOf = new Map<Node, number>();
  const assign = (nodes: readonly Node[], earliest: number): number => {
    let last = earliest - 1;
    for (const node of nodes) {
      const inputs = node.inputs.map(({ tensor }) => producers.get(tensor));
      const phase = Math.max(
        earliest,
        ...inputs.map((before) => (before ? (phaseOf.get(before) ?? -1) + 1 : 0)),
      );
      phaseOf.set(node, phase);
      last = Math.max(last, phase);
    }
    return last + 1;
  };
  /* What an update needs must not itself be an update that waits for everything else. */
  for (const node of [...dag.nodes].reverse()) {
    const readers = node.outputs.flatMap((output) => dag.readersOf(output));
    const feedsOthers = readers.some((reader) => !updating.has(reader));
    if (updating.has(node) && feedsOthers) updating.delete(node);
  }
  const derivePhases = assign([...derived], 0);
  const rest = dag.nodes.filter((node) => !derived.has(node) && !updating.has(node));
  const updatePhase = assign(rest, derivePhases);
  let end = assign(
    dag.nodes.filter((node) => updating.has(node)),
    updatePhase,
  );

  const stateOf = new Map<Tensor, State>();
  const copies: Node[] = [];
  for (const [state, { tensor }] of dag.updates) {
    const producer = producers.get(tensor);
    const old = stateTensors.get(state);
    const readers = old ? dag.readersOf(old) : [];
    const free =
      producer &&
      updating.has(producer) &&
      !stateOf.has(tensor) &&
      readers.every((reader) => {
        if (reader !== producer) return (phaseOf.get(reader) as number) < (phaseOf.get(producer) as number);
        return isMap(reader) && readsOldDensely(reader, old as Tensor);
      });
    if (free) stateOf.set(tensor, state);
    else copies.push(...copiesOf(dag, tensor, state, producer === undefined, stateOf));
  }
  const detours = copies.filter((copy) => !stateOf.has(copy.outputs[0]));
  for (const detour of detours) phaseOf.set(detour, end);
  if (detours.length > 0) end++;
  for (const copy of copies) if (!detours.includes(copy)) phaseOf.set(copy, end);

  for (const copy of copies) dag.add(copy);
  const phases: Node[][] = [];
  for (const node of dag.nodes) {
    const phase = phaseOf.get(node) as number;
    phases[phase] ??= [];
    phases[phase].push(node);
  }
  return { phases, derivePhases, updatePhase: Math.min(updatePhase, phases.length), stateOf };
}

function readsOldDensely(reader: Node & { params: MapParams }, old: Tensor): boolean {
  return reader.inputs.every(
    ({ tensor }, i) => tensor !== old || isDense(reader.params.operands[i], reader.params.shape),
  );
}

/** Copies a new value into its state; through a detour if the value is another state that may change at the same time. */
function copiesOf(
  dag: Dag,
  tensor: Tensor,
  state: State,
  needsDetour: boolean,
  stateOf: Map<Tensor, State>,
): Node[] {
  const order = dag.nodes.length > 0 ? dag.nodes[dag.nodes.length - 1].order + 1 : 0;
  const detour = needsDetour ? [copyNode(tensor, state, order)] : [];
  const copy = copyNode(detour[0]?.outputs[0] ?? tensor, state, order);
  stateOf.set(copy.outputs[0], state);
  return [...detour, copy];
}
