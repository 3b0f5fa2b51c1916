import { type DType, formatShape, type Shape } from "../core/shape.ts";
import type { Graph, State, Value } from "../graph/graph.ts";

/** Where the numbers of a tensor come from. */
export type Origin =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "state"; readonly state: State }
  | { readonly kind: "constant"; readonly data: Float32Array }
  | { readonly kind: "computed" };

/** One array in memory. */
export interface Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly origin: Origin;
}

/** A tensor read under a shape with as many elements. */
export interface Ref {
  readonly tensor: Tensor;
  readonly shape: Shape;
}

/** One kernel call to be. Before a backend rewrites it, the kernel is the op of that name. */
export interface Node {
  readonly kernel: string;
  readonly params: unknown;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Tensor[];
  readonly scope: string;
  readonly flops: number;
  /** Position in the graph; nodes run in this order where nothing else decides. */
  readonly order: number;
}

export function computed(shape: Shape, dtype: DType = "float32"): Tensor {
  return { shape, dtype, origin: { kind: "computed" } };
}

export function refTo(tensor: Tensor): Ref {
  return { tensor, shape: tensor.shape };
}

/**
 * The calls of a program while it is being rewritten. A rewrite replaces nodes; readers and producers are looked up.
 */
export class Dag {
  readonly outputs = new Map<string, Ref>();
  readonly updates = new Map<State, Ref>();
  private readonly members = new Set<Node>();
  private readonly producers = new Map<Tensor, Node>();
  private readonly readers = new Map<Tensor, Set<Node>>();

  get nodes(): readonly Node[] {
    return [...this.members];
  }

  set nodes(nodes: readonly Node[]) {
    this.members.clear();
    this.producers.clear();
    this.readers.clear();
    for (const node of nodes) this.add(node);
  }

  has(node: Node): boolean {
    return this.members.has(node);
  }

  add(node: Node): void {
    this.members.add(node);
    for (const output of node.outputs) this.producers.set(output, node);
    for (const { tensor } of node.inputs) {
      const readers = this.readers.get(tensor);
      if (readers) readers.add(node);
      else this.readers.set(tensor, new Set([node]));
    }
  }

  private remove(node: Node): void {
    this.members.delete(node);
    for (const output of node.outputs) this.producers.delete(output);
    for (const { tensor } of node.inputs) this.readers.get(tensor)?.delete(node);
  }

  /** The nodes that read a tensor; the program's own outputs and updates are not nodes. */
  readersOf(tensor: Tensor): Node[] {
    return [...(this.readers.get(tensor) ?? [])];
  }

  producerOf(tensor: Tensor): Node | undefined {
    return this.producers.get(tensor);
  }

  /** Whether the caller or a state wants the tensor itself. */
  isKept(tensor: Tensor): boolean {
    for (const ref of this.outputs.values()) if (ref.tensor === tensor) return true;
    for (const ref of this.updates.values()) if (ref.tensor === tensor) return true;
    return false;
  }

  /** The only node that reads `tensor`, if it has one reader and nobody else wants it. */
  onlyReader(tensor: Tensor): Node | undefined {
    const readers = this.readers.get(tensor);
    if (readers?.size !== 1 || this.isKept(tensor)) return undefined;
    return readers.values().next().value;
  }

  /** Takes nodes out and puts others in. */
  replace(removed: readonly Node[], added: readonly Node[]): void {
    for (const node of removed) this.remove(node);
    for (const node of added) this.add(node);
  }

  /** Lets everyone who reads `from` read `to`, which has as many elements. */
  redirect(from: Tensor, to: Ref): void {
    const follow = (ref: Ref): Ref => (ref.tensor === from ? { tensor: to.tensor, shape: ref.shape } : ref);
    this.nodes = this.nodes.map((node) =>
      node.inputs.some((input) => input.tensor === from)
        ? { ...node, inputs: node.inputs.map(follow) }
        : node,
    );
    for (const kept of [this.outputs, this.updates] as Map<unknown, Ref>[]) {
      for (const [key, ref] of kept) kept.set(key, follow(ref));
    }
  }

  /** Removes nodes whose outputs nobody reads. */
  removeDead(): void {
    const wanted = new Set<Tensor>(
      [...this.outputs.values(), ...this.updates.values()].map((ref) => ref.tensor),
    );
    this.sort();
    for (const node of [...this.members].reverse()) {
      if (node.outputs.some((output) => wanted.has(output))) {
        for (const input of node.inputs) wanted.add(input.tensor);
      } else this.remove(node);
    }
  }

  /** Puts producers before readers, otherwise by `order`. */
  sort(): void {
    const placed = new Set<Node>();
    const place = (node: Node): void => {
      if (placed.has(node)) return;
      placed.add(node);
      for (const input of node.inputs) {
        const before = this.producerOf(input.tensor);
        if (before) place(before);
      }
      this.members.delete(node);
      this.members.add(node);
    };
    for (const node of [...this.members].sort((a, b) => a.order - b.order)) place(node);
  }
}

/**
 * The graph's ops as calls. Reshapes vanish: a reshaped value is the same tensor read under another shape; so do
 * values whose only purpose was to stop a gradient. Equal calls are made once, calls nobody reads not at all.
 */
export function dagOf(graph: Graph): Dag {
  const dag = new Dag();
  const refs = new Map<Value, Ref>();
  const known = new Map<string, Ref>();
  const identity = new Map<Tensor, number>();
  const idOf = (tensor: Tensor): number => {
    if (!identity.has(tensor)) identity.set(tensor, identity.size);
    return identity.get(tensor) as number;
  };
  for (const value of graph.values) {
    const { source, shape, dtype } = value;
    if (source.kind !== "op") {
      const origin: Origin = source;
      refs.set(value, refTo({ shape, dtype, origin }));
      continue;
    }
    const inputs = source.inputs.map((input) => refs.get(input) as Ref);
    if (source.op.name === "reshape" || source.op.name === "stopGradient") {
      refs.set(value, { tensor: inputs[0].tensor, shape });
      continue;
    }
    const operands = inputs.map((input) => `${idOf(input.tensor)}${formatShape(input.shape)}`);
    const key = JSON.stringify([source.op.name, operands, source.params]);
    const same = known.get(key);
    if (same) {
      refs.set(value, same);
      continue;
    }
    const output = computed(shape, dtype);
    const shapes = inputs.map((input) => input.shape);
    dag.add({
      kernel: source.op.name,
      params: source.params,
      inputs,
      outputs: [output],
      scope: value.scope,
      flops: source.op.flops(shapes, shape, source.params as never),
      order: value.id,
    });
    const ref = refTo(output);
    known.set(key, ref);
    refs.set(value, ref);
  }
  for (const [name, value] of graph.outputs) {
    const ref = refs.get(value) as Ref;
    dag.outputs.set(name, ref.tensor.origin.kind === "state" ? copied(dag, ref) : ref);
  }
  for (const [state, value] of graph.updates) dag.updates.set(state, refs.get(value) as Ref);
  dag.removeDead();
  return dag;
}

/** A copy of a state's numbers, made before the step changes them. */
function copied(dag: Dag, { tensor, shape }: Ref): Ref {
  const output = computed(tensor.shape);
  const inputs = [refTo(tensor)];
  dag.add({ kernel: "copy", params: {}, inputs, outputs: [output], scope: "", flops: 0, order: -1 });
  return { tensor: output, shape };
}
