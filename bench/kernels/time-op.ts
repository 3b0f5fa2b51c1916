import type { Backend, Executable } from "../../src/backends/contract.ts";
import { WasmBackend } from "../../src/backends/wasm/wasm.ts";
import { lower } from "../../src/compiler/lower.ts";
import { bytesPerElement, type Shape, sizeOf } from "../../src/core/shape.ts";
import { type GradientContext, Graph, type Op, type State, type Value } from "../../src/graph/graph.ts";
import type { Kind, OpShape } from "./op-shapes.ts";

/** A program that does one thing again and again. */
export interface Task {
  readonly kind: Kind;
  readonly name: string;
  /** `forward` or whose gradient. */
  readonly what: string;
  /** Methods of the calls that do it. */
  readonly method: string;
  /** Arithmetic of the plain method: a saving shows as speed. */
  readonly flops: number;
  /** What must be read and written at least: operands and result, once each. */
  readonly bytes: number;
  /** @returns the fastest seconds of one pass, of several windows of about `ms` */
  time(windows: number, ms: number): Promise<number>;
  dispose(): void;
}

/** A task and how fast it was. */
export interface TimedTask extends Pick<Task, "kind" | "name" | "what" | "method" | "flops" | "bytes"> {
  /** Milliseconds of one pass: the fastest. */
  readonly ms: number;
  readonly gflops: number;
  readonly gbs: number;
}

/** Where tasks run: one thread, so that their times are those of one core. */
export const workbench = (): Backend => new WasmBackend({ threads: 1 });

/** Numbers in −1 … 1, the same every time. */
function filled(shape: Shape, seed: number): Float32Array {
  const numbers = new Float32Array(sizeOf(shape));
  let state = seed;
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    numbers[i] = (state >> 8) / 2 ** 23;
  }
  return numbers;
}

/** Arithmetic of all ops that a value needs. */
function flopsOf(value: Value, seen = new Set<Value>()): number {
  if (value.source.kind !== "op" || seen.has(value)) return 0;
  seen.add(value);
  const { op, inputs, params } = value.source;
  const own = op.flops(
    inputs.map(({ shape }) => shape),
    value.shape,
    params as never,
  );
  return inputs.reduce((sum, input) => sum + flopsOf(input, seen), own);
}

/** The gradient rule of the op that made `output`. */
function gradientOf(output: Value, outputGradient: Value, operand: number): Value {
  if (output.source.kind !== "op") throw new Error("Only an op has a gradient.");
  const { op, inputs, params } = output.source;
  const { gradient } = op as Op<unknown>;
  if (typeof gradient === "string") throw new Error(`${op.name}: ${gradient}`);
  const context: GradientContext<unknown> = { inputs, output, outputGradient, params };
  const value = gradient(context)[operand];
  if (!value) throw new Error(`${op.name} has no gradient of operand ${operand}.`);
  return value;
}

/**
 * The op's forward pass or one of its gradients as a program on the backend. Operands and the result are states, so
 * nothing but the op's own calls takes time.
 */
export async function prepareTask(
  backend: Backend,
  { kind, name, operands, write, gradients = {} }: OpShape,
  what: "forward" | (string & {}),
): Promise<Task> {
  const graph = new Graph();
  const states: State[] = [];
  const stateOf = (path: string, shape: Shape): State => {
    const state = { path, shape, initialize: () => filled(shape, states.length + 1) };
    states.push(state);
    return state;
  };
  const values = operands.map((shape, i) => graph.state(stateOf(`operand${i}`, shape)));
  const output = write(values);
  const result =
    what === "forward"
      ? output
      : gradientOf(output, graph.state(stateOf("outputGradient", output.shape)), gradients[what]);
  graph.update(stateOf("result", result.shape), result);
  const program = await lower(graph, backend.tables);
  const executable = await backend.prepare(program);
  const methods = new Set(program.calls.filter(({ flops }) => flops > 0).map(({ split }) => split.algorithm));
  const all = new Set(program.calls.map(({ split }) => split.algorithm));
  return {
    kind,
    name,
    what,
    method: [...(methods.size > 0 ? methods : all)].join(" + "),
    flops: flopsOf(result),
    bytes: program.states.reduce((sum, { shape }) => sum + sizeOf(shape) * bytesPerElement.float32, 0),
    time: (windows, ms) => fastest(executable, windows, ms),
    dispose() {
      executable.dispose();
      backend.release(states);
    },
  };
}

async function fastest(executable: Executable, windows: number, ms: number): Promise<number> {
  /** Milliseconds of one pass, as the thread that works measures its calls. */
  const pass = async (steps: number): Promise<number> => {
    const { callMs = [] } = await executable.run({ steps, inputs: {}, measures: true });
    return callMs.reduce((sum, each) => sum + each, 0) / steps;
  };
  let best = await pass(1);
  for (let window = 0; window < windows; window++) {
    const steps = Math.min(10_000, Math.max(1, Math.round(ms / Math.max(best, 1e-4))));
    best = Math.min(best, await pass(steps));
  }
  return best / 1000;
}
