import { ShapeError } from "../core/errors.ts";
import { type DType, formatShape, type Shape, sizeOf } from "../core/shape.ts";

/**
 * Numbers that outlive a step: a parameter, an optimizer's slot, a moving statistic. It belongs to the layer or
 * optimizer that made it and is the same object in every graph that reads it.
 */
export interface State {
  /** Unique within a model: `conv2d/kernel`. */
  readonly path: string;
  readonly shape: Shape;
  /** The values before the first step. Called once, when a backend first needs them. */
  readonly initialize: () => Float32Array;
}

/** Where a value comes from. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "state"; readonly state: State }
  | { readonly kind: "constant"; readonly data: Float32Array }
  | {
      readonly kind: "op";
      readonly op: Op<never>;
      readonly inputs: readonly Value[];
      readonly params: unknown;
    };

/** A node of the graph: an array whose shape is known and whose numbers are not yet. */
export interface Value {
  readonly graph: Graph;
  /** Position in creation order; an op's inputs have smaller ones. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly source: Source;
  /** Path of the layer that wrote it, for printed plans. */
  readonly scope: string;
}

/** What an op's gradient rule sees. It writes ops and returns the gradient of each input, `null` where there is none. */
export interface GradientContext<Params> {
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** Gradient of the loss with respect to the output. */
  readonly outputGradient: Value;
  readonly params: Params;
}

/**
 * One mathematical operation: how shapes follow, how a change of the output spreads to the inputs, and what it costs.
 * What it computes stands under the same file name in `meanings/`, the oracle that every fast kernel is judged against.
 */
export interface Op<Params = unknown> {
  readonly name: string;
  /** @throws ShapeError if the inputs do not fit. */
  shape(inputs: readonly Shape[], params: Params): Shape;
  /** Default `float32`. */
  readonly dtype?: DType;
  /** Types of number the inputs may have. Default `float32` only. */
  readonly accepts?: readonly DType[];
  /** Or the reason why there is none. */
  readonly gradient: ((context: GradientContext<Params>) => readonly (Value | null)[]) | string;
  /** Additions and multiplications (a multiply-add is two). */
  flops(inputs: readonly Shape[], output: Shape, params: Params): number;
}

/** Ops in the order they were written, what they read, and what is kept at the end of a step. */
export class Graph {
  readonly values: Value[] = [];
  readonly outputs = new Map<string, Value>();
  readonly updates = new Map<State, Value>();
  private readonly states = new Map<State, Value>();
  private readonly inputs = new Map<string, Value>();
  /** Path of the layer that is writing now. */
  scope = "";

  private add(shape: Shape, dtype: DType, source: Source): Value {
    const value: Value = { graph: this, id: this.values.length, shape, dtype, source, scope: this.scope };
    this.values.push(value);
    return value;
  }

  /** A named array that the caller provides for every step. Asking for the name again gives the same value. */
  input(name: string, shape: Shape, dtype: DType = "float32"): Value {
    const known = this.inputs.get(name);
    if (known) return known;
    const value = this.add(shape, dtype, { kind: "input", name });
    this.inputs.set(name, value);
    return value;
  }

  /** The numbers a state has before the step. */
  state(state: State): Value {
    const known = this.states.get(state);
    if (known) return known;
    const value = this.add(state.shape, "float32", { kind: "state", state });
    this.states.set(state, value);
    return value;
  }

  constant(data: number | Float32Array, shape: Shape = []): Value {
    const array = typeof data === "number" ? new Float32Array(sizeOf(shape)).fill(data) : data;
    return this.add(shape, "float32", { kind: "constant", data: array });
  }

  apply<Params>(op: Op<Params>, inputs: readonly Value[], params: Params): Value {
    const accepts = op.accepts ?? ["float32"];
    for (const [i, input] of inputs.entries()) {
      if (!accepts.includes(input.dtype)) {
        throw new ShapeError({
          where: this.scope ? `${this.scope}: ${op.name}` : op.name,
          expected: `operand ${i} to be ${accepts.join(" or ")}`,
          received: `${input.dtype} ${formatShape(input.shape)}`,
          hint: "Convert it with cast().",
        });
      }
    }
    const shape = op.shape(
      inputs.map((input) => input.shape),
      params,
    );
    return this.add(shape, op.dtype ?? "float32", { kind: "op", op: op as Op<never>, inputs, params });
  }

  output(name: string, value: Value): void {
    this.outputs.set(name, value);
  }

  /** At the end of the step `state` becomes `value`; every reader of this step sees the numbers from before. */
  update(state: State, value: Value): void {
    this.updates.set(state, value);
  }
}

/** Writes an op into the graph of its first input. */
export function apply<Params>(op: Op<Params>, inputs: readonly [Value, ...Value[]], params: Params): Value {
  return inputs[0].graph.apply(op, inputs, params);
}

/** The op that computed a value, if it is the given one. */
export function isOp(
  value: Value,
  name: string,
): value is Value & { source: Extract<Source, { kind: "op" }> } {
  return value.source.kind === "op" && value.source.op.name === name;
}
