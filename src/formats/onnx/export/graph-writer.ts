import { UsageError } from "../../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../../core/shape.ts";
import type { State, Value } from "../../../graph/graph.ts";
import { relay } from "../import/relay.ts";
import { probeBatch } from "../onnx-layer.ts";
import { meaningOf } from "../write-node.ts";
import type { AttributeToWrite, FileBuilder } from "./file-builder.ts";
import type { NetworkGraph } from "./network-graph.ts";

/** The order of a value's axes in the file: as in our graph, or with channels first, [N, C, …] for [N, …, C]. */
export type Form = "last" | "first";

export interface KnownArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Axis numbers of the other form: output axis i is input axis `order[i]`. */
export function toFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

export function toLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

/** Where axis `axis` of a value is in a form. */
export function axisIn(form: Form, axis: number, rank: number): number {
  return form === "last" ? axis : toFirst(rank).indexOf(axis);
}

/**
 * Writes values of our graph as nodes of a file. Each value is there in one form, and in the other once somebody asks for
 * it: axes are only reordered where a convolution or a pool meets something that is not.
 */
export class GraphWriter {
  readonly file: FileBuilder;
  /** The array whose first length is the number of samples. */
  readonly batchSource: string;
  /** Numbers of the values that stand for weights. */
  private readonly weights = new Map<Value, Float32Array>();
  private readonly outputs: ReadonlySet<Value>;
  private readonly names = new Map<Value, Map<Form, string>>();
  private readonly known = new Map<Value, KnownArray>();
  private readonly open = new Set<Value>();
  private readonly readers = new Map<Value, Value[]>();
  /** Names of initializers by what they hold. */
  private readonly initializers = new Map<string, string>();
  /** Conditions, by the name of the numbers 0 and 1 that they are. */
  readonly conditions = new Map<string, string>();
  private readonly replaced = new Map<Value, Value>();

  constructor(
    file: FileBuilder,
    { graph, inputs, outputs }: NetworkGraph,
    weights: ReadonlyMap<State, Float32Array>,
  ) {
    this.file = file;
    this.outputs = new Set(outputs);
    for (const value of inputs) {
      const name = value.source.kind === "input" ? file.nameOf(value.source.name) : "";
      this.open.add(value);
      this.put(value, "last", name);
    }
    this.batchSource = this.name(inputs[0], "last");
    for (const value of graph.values) {
      const own = value.source.kind === "state" ? weights.get(value.source.state) : undefined;
      if (own) this.weights.set(value, own);
      if (value.source.kind !== "op") continue;
      for (const input of value.source.inputs) {
        const readers = this.readers.get(input);
        if (readers) readers.push(value);
        else this.readers.set(input, [value]);
      }
      const isPerSample = value.shape.some((length) => length !== 0 && length % probeBatch === 0);
      if (isPerSample || value.source.inputs.some((input) => this.open.has(input))) this.open.add(value);
    }
  }

  /** Whether a value depends on what comes in; the numbers of others are known now. */
  isOpen(value: Value): boolean {
    return this.open.has(value);
  }

  /** The one op that reads a value, if nothing else does. */
  readerOf(value: Value): Value | undefined {
    const readers = this.readers.get(value) ?? [];
    return readers.length === 1 && !this.outputs.has(value) ? readers[0] : undefined;
  }

  /** Lets a value stand for a later one, which is not written then. */
  replace(later: Value, earlier: Value): void {
    this.replaced.set(later, earlier);
  }

  isReplaced(value: Value): boolean {
    return this.replaced.has(value);
  }

  private formsOf(value: Value): Map<Form, string> {
    const same = this.replaced.get(value);
    if (same) return this.formsOf(same);
    const forms = this.names.get(value) ?? new Map<Form, string>();
    this.names.set(value, forms);
    return forms;
  }

  put(value: Value, form: Form, name: string): void {
    this.formsOf(value).set(form, name);
  }

  /** The form to work in: channels first if a value is only there so. */
  formOf(values: readonly Value[]): Form {
    return values.some((value) => this.isOpen(value) && !this.formsOf(value).has("last")) ? "first" : "last";
  }

  has(value: Value, form: Form): boolean {
    return this.formsOf(value).has(form);
  }

  /** The name of a value in a form; axes are reordered if need be. */
  name(value: Value, form: Form): string {
    if (!this.isOpen(value)) return this.constant(value, value.shape.length, form);
    const forms = this.formsOf(value);
    const known = forms.get(form);
    if (known !== undefined) return known;
    const rank = value.shape.length;
    const other = forms.get(form === "last" ? "first" : "last");
    if (other === undefined) throw new Error(`Value ${value.id} was not written.`);
    const isSame = rank < 3;
    const perm = form === "last" ? toLast(rank) : toFirst(rank);
    const name = isSame ? other : this.file.add(value.scope, "Transpose", [other], { perm });
    forms.set(form, name);
    return name;
  }

  /** The numbers of a value that depends on weights alone. */
  arrayOf(value: Value): KnownArray {
    const known = this.known.get(value);
    if (known) return known;
    const array = { shape: value.shape, data: Float32Array.from(meaningOf(value, this.weights)) };
    this.known.set(value, array);
    return array;
  }

  /** A known value among others of a rank: its axes are in the order of theirs. */
  constant(value: Value, rank: number, form: Form): string {
    const { shape, data } = this.arrayOf(value);
    if (form === "last" || rank < 3 || shape.length === 0) return this.initializer(value, form, shape, data);
    const aligned = [...new Array<number>(rank - shape.length).fill(1), ...shape];
    const order = toFirst(rank);
    const moved = order.map((axis) => aligned[axis]);
    const leading = moved.findIndex((length) => length !== 1);
    return this.initializer(value, form, moved.slice(Math.max(0, leading)), relay(data, aligned, order));
  }

  /** An initializer, named after the weight or the layer. @param use what tells it from others of the same value */
  initializer(value: Value, use: string, shape: Shape, data: Float32Array): string {
    const { source, scope, id } = value;
    const key = `${id} ${use} ${formatShape(shape)}`;
    const known = this.initializers.get(key);
    if (known !== undefined) return known;
    const wanted = source.kind === "state" ? source.state.path : `${scope}/constant`;
    const name = this.file.initializer(wanted, shape, data);
    this.initializers.set(key, name);
    return name;
  }

  /** Adds a node that makes a value in a form. */
  write(
    value: Value,
    form: Form,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeToWrite>> = {},
  ): string {
    const name = this.file.add(value.scope, op, inputs, attributes);
    this.put(value, form, name);
    return name;
  }

  refuse(value: Value, what: string): UsageError {
    return new UsageError({
      where: `${value.scope || "model"}, as ONNX`,
      expected: "a layer that ONNX can express",
      received: what,
    });
  }

  /** A shape for Reshape: the one length that grows with the number of samples is left open. */
  openShape(value: Value): number[] {
    const open = value.shape.filter((length) => length % probeBatch === 0 && length !== 0).length;
    if (open > 1)
      throw this.refuse(
        value,
        `a shape of several lengths that grow with the batch, ${formatShape(value.shape)}`,
      );
    return value.shape.map((length) => (length % probeBatch === 0 && length !== 0 ? -1 : length));
  }
}

/** Elements of all axes between the first and the last. */
export function spatialSize(shape: Shape): number {
  return sizeOf(shape.slice(1, -1));
}
