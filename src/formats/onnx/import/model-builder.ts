import { FileError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import { furtherLayers } from "../../../layers/further.ts";
import { layerTable } from "../../../layers/table.ts";
import type { LayerSpec } from "../../../models/spec.ts";
import type { Constant } from "../constant.ts";
import type { Operand } from "../operand.ts";
import type { OnnxGraph, OnnxNode } from "../read-graph.ts";

/** Numbers of a layer, and the initializer they come from if they are those of one. */
export interface ImportedWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * How the elements of an ONNX array [N, C, …] lie in what a layer makes: as ONNX has them; with channels last; or, for
 * [N, C·…], as what flattening an array with channels last made.
 */
export type Layout = "given" | "last" | { readonly channels: number; readonly spatial: readonly number[] };

/** Something that a layer of the new model makes. */
export interface Tensor {
  /** `conv2d#0.0` */
  readonly ref: string;
  readonly layout: Layout;
}

/** A node of the graph that depends on the model's inputs. */
export interface ImportedNode {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly operands: readonly (Operand | undefined)[];
  readonly results: readonly Operand[];
  /** What stands for the operands that are not known. */
  readonly tensors: readonly (Tensor | undefined)[];
}

interface BuiltLayer {
  readonly spec: LayerSpec;
  readonly calls: (readonly string[])[];
}

/** Collects the layers of a model, how they are connected, and their weights. */
export class ModelBuilder {
  readonly weights: ImportedWeight[] = [];
  private readonly layers: BuiltLayer[] = [];
  /** Names that are taken, and how often they were wanted. */
  private readonly names = new Map<string, number>();
  /** Layers by what makes them the same: kind, options and initializers. */
  private readonly shared = new Map<string, BuiltLayer>();
  private readonly moved = new Map<string, Tensor>();
  /** Nodes that a layer made of an earlier node stands for, too. */
  private readonly replaced = new Map<OnnxNode, Tensor>();
  private readonly fixed = new Set<string>();
  private readonly graph: OnnxGraph;
  private readonly readers = new Map<string, OnnxNode[]>();

  constructor(graph: OnnxGraph) {
    this.graph = graph;
    for (const node of graph.nodes) {
      for (const name of node.inputs) {
        const readers = this.readers.get(name);
        if (readers) readers.push(node);
        else this.readers.set(name, [node]);
      }
    }
  }

  /** Whether this package has a layer of that type. */
  hasLayer(type: string): boolean {
    return Object.hasOwn(layerTable.common, type) || Object.hasOwn(furtherLayers, type);
  }

  /** The one node that reads an array that nobody else needs, if it is of that op. */
  readerOf(name: string, op: string): OnnxNode | undefined {
    const readers = this.readers.get(name) ?? [];
    const isOnly = readers.length === 1 && !this.graph.outputs.includes(name);
    return isOnly && readers[0].op === op ? readers[0] : undefined;
  }

  /** An initializer. */
  known(name: string): Constant | undefined {
    return this.graph.constants.get(name);
  }

  /** Says of an array that the file holds no training result: it is made of constants of the graph. */
  fix(name: string): void {
    this.fixed.add(name);
  }

  isFixed(name: string): boolean {
    return this.fixed.has(name);
  }

  /** Lets a tensor stand for what a later node makes. */
  replace(node: OnnxNode, tensor: Tensor): void {
    this.replaced.set(node, tensor);
  }

  replacementOf(node: OnnxNode): Tensor | undefined {
    return this.replaced.get(node);
  }

  get specs(): LayerSpec[] {
    return this.layers.map(({ spec, calls }) => (calls.length > 0 ? { ...spec, calls } : spec));
  }

  /** A name that no other layer has, without characters that paths and references are made of. */
  nameOf(wanted: string): string {
    const plain = wanted.replace(/[^\w.:-]+/g, "_").replace(/^_+|_+$/g, "") || "layer";
    let name = plain;
    let count = this.names.get(plain) ?? 0;
    while (this.names.has(name)) name = `${plain}_${++count}`;
    this.names.set(plain, count);
    this.names.set(name, this.names.get(name) ?? 0);
    return name;
  }

  /** An input layer. @returns its name */
  addInput(name: string, shape: Shape): string {
    const own = this.nameOf(name);
    this.layers.push({ spec: { type: "input", name: own, shape }, calls: [] });
    return own;
  }

  /**
   * A layer, and its use on some tensors. Nodes that share all their initializers become one layer, used several times.
   *
   * @param initializers names of the arrays that the weights are made of; missing if they cannot be shared
   * @returns a reference to each output
   */
  add(
    { op, name }: Pick<OnnxNode, "op" | "name">,
    type: string,
    options: Readonly<Record<string, unknown>>,
    inputs: readonly string[],
    weights: readonly ImportedWeight[] = [],
    initializers?: readonly string[],
  ): (index?: number) => string {
    const key =
      initializers && weights.length > 0 ? JSON.stringify([type, options, initializers]) : undefined;
    const known = key === undefined ? undefined : this.shared.get(key);
    const layer = known ?? {
      spec: { type, name: this.nameOf(name || op.toLowerCase()), ...options },
      calls: [],
    };
    if (!known) {
      this.layers.push(layer);
      for (const weight of weights)
        this.weights.push({ ...weight, name: `${String(layer.spec.name)}/${weight.name}` });
      if (key !== undefined) this.shared.set(key, layer);
    }
    const use = layer.calls.length;
    layer.calls.push(inputs);
    return (index = 0) => `${String(layer.spec.name)}#${use}.${index}`;
  }

  /** The tensor as ONNX has it. @param shape of one sample, in ONNX's order */
  given(tensor: Tensor, shape: Shape): string {
    const { layout, ref } = tensor;
    if (layout === "given") return ref;
    return this.once(ref, "given", () => {
      if (layout === "last") return this.permute(ref, [shape.length, ...range(1, shape.length)]);
      const targetShape = [...layout.spatial, layout.channels];
      const apart = this.add({ op: "reshape", name: "" }, "reshape", { targetShape }, [ref]);
      const rank = targetShape.length;
      const first = this.permute(apart(), [rank, ...range(1, rank)]);
      return this.add({ op: "flatten", name: "" }, "flatten", {}, [first])();
    });
  }

  /** The tensor with channels last. @param shape of one sample, in ONNX's order */
  last(tensor: Tensor, shape: Shape): string {
    if (tensor.layout === "last") return tensor.ref;
    const given = this.given(tensor, shape);
    return this.once(given, "last", () => this.permute(given, [...range(2, shape.length + 1), 1]));
  }

  private once(ref: string, layout: Layout & string, make: () => string): string {
    const key = `${ref} ${layout}`;
    const known = this.moved.get(key);
    if (known) return known.ref;
    const made = { ref: make(), layout };
    this.moved.set(key, made);
    return made.ref;
  }

  /** @param dims axes of one sample, counted from 1 */
  private permute(ref: string, dims: readonly number[]): string {
    if (this.hasLayer("permute")) return this.add({ op: "permute", name: "" }, "permute", { dims }, [ref])();
    const options = {
      op: "Transpose",
      opset: 13,
      attributes: { perm: [0, ...dims] },
      inputs: [{ input: 0, type: "float" }],
      outputs: 1,
      weights: [],
    };
    return this.add({ op: "transpose", name: "" }, "onnx", options, [ref])();
  }
}

function range(from: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
}

export function refuseNode({ node: { where } }: ImportedNode, expected: string, received: string): FileError {
  return new FileError({ where, expected, received });
}
