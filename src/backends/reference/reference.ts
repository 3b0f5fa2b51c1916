/** The reference backend: runs each op's own meaning in float64. Slow, obvious, and what other backends are judged by. */

import type { Program } from "../../compiler/program.ts";
import { plainTables } from "../../compiler/tables.ts";
import { sizeOf } from "../../core/shape.ts";
import { Turns } from "../../core/turns.ts";
import type { State } from "../../graph/graph.ts";
import { meanings } from "../../graph/meanings/index.ts";
import type { Meaning } from "../../graph/meanings/meaning.ts";
import type {
  Backend,
  Executable,
  Feed,
  InputArray,
  ResidentData,
  RunRequest,
  RunResult,
} from "../contract.ts";

const meaningOf: Readonly<Record<string, Meaning<never>>> = meanings;

class ReferenceData implements ResidentData {
  readonly array: InputArray;
  readonly rowLength: number;
  constructor(array: InputArray, rowLength: number) {
    this.array = array;
    this.rowLength = rowLength;
  }
  dispose(): void {}
}

/** A backend without memory of its own: every buffer is an array. */
export function createReference(): Backend {
  const states = new WeakMap<State, Float64Array>();
  const numbersOf = (state: State): Float64Array => {
    const known = states.get(state);
    if (known) return known;
    const numbers = Float64Array.from(state.initialize());
    states.set(state, numbers);
    return numbers;
  };
  return {
    name: "reference",
    threads: 1,
    tables: plainTables,
    prepare: async (program) => new ReferenceExecutable(program, numbersOf),
    upload: async (data, rowLength) => new ReferenceData(data, rowLength),
    readState: async (state) => Float32Array.from(numbersOf(state)),
    writeState: async (state, numbers) => numbersOf(state).set(numbers),
    release: (released) => {
      for (const state of released) states.delete(state);
    },
    dispose: async () => {},
  };
}

class ReferenceExecutable implements Executable {
  readonly program: Program;
  private readonly arrays: Float64Array[];

  constructor(program: Program, numbersOf: (state: State) => Float64Array) {
    this.program = program;
    this.arrays = program.buffers.map(({ shape, location }) => {
      if (location.kind === "state") return numbersOf(location.state);
      if (location.kind === "constant") return Float64Array.from(location.data);
      return new Float64Array(sizeOf(shape));
    });
  }

  async run({ steps, inputs, guard, onHostPoint }: RunRequest): Promise<RunResult> {
    const { program, arrays } = this;
    const outputs = Object.entries(program.outputs).map(([name, { buffer }]) => {
      return { name, array: arrays[buffer], copies: new Float64Array(steps * arrays[buffer].length) };
    });
    const finish = (completed: number): RunResult => ({
      steps: completed,
      outputs: Object.fromEntries(outputs.map(({ name, copies }) => [name, copies])),
    });
    const turns = new Turns();
    for (let step = 0; step < steps; step++) {
      for (const [name, feed] of Object.entries(inputs)) this.feed(name, feed, step);
      for (const [phase, calls] of program.phases.entries()) {
        if (
          phase === program.updatePhase &&
          guard &&
          !Number.isFinite(arrays[program.outputs[guard].buffer][0])
        ) {
          for (const { array, copies } of outputs) copies.set(array, step * array.length);
          return finish(step);
        }
        for (const call of calls) this.call(call);
        for (const point of program.hostPoints) {
          if (point.phase !== phase) continue;
          const numbers = Float32Array.from(arrays[point.buffer]);
          await onHostPoint?.(point.name, numbers);
          arrays[point.buffer].set(numbers);
        }
        await turns.pass();
      }
      for (const { array, copies } of outputs) copies.set(array, step * array.length);
    }
    return finish(steps);
  }

  private feed(name: string, feed: Feed, step: number): void {
    const operand = this.program.inputs[name];
    if (!operand) return;
    const target = this.arrays[operand.buffer];
    if (!("rows" in feed)) {
      target.set(feed.subarray(step * target.length, (step + 1) * target.length));
      return;
    }
    const { array, rowLength } = feed.data as ReferenceData;
    const count = target.length / rowLength;
    for (let i = 0; i < count; i++) {
      const row = feed.rows[step * count + i];
      target.set(array.subarray(row * rowLength, (row + 1) * rowLength), i * rowLength);
    }
  }

  private call(index: number): void {
    const { kernel, params, inputs, outputs } = this.program.calls[index];
    const output = this.arrays[outputs[0].buffer];
    if (kernel === "copy") {
      output.set(this.arrays[inputs[0].buffer]);
      return;
    }
    meaningOf[kernel]({
      inputs: inputs.map(({ buffer }) => this.arrays[buffer]),
      output,
      shapes: inputs.map(({ shape }) => shape),
      outputShape: outputs[0].shape,
      params: params as never,
    });
  }

  dispose(): void {}
}
