import { afterAll, describe, expect, test } from "vitest";
import { PreparedCase, relativeError } from "../../test/op-cases.ts";
import { lower } from "../compiler/lower.ts";
import { Graph, type State } from "../graph/graph.ts";
import { opCases } from "../graph/ops/cases.ts";
import { add, multiply } from "../graph/ops/elementwise.ts";
import { hostPoint } from "../graph/ops/host-point.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import type { Backend, OutputArray } from "./contract.ts";
import { createReference } from "./reference/reference.ts";
import { WasmBackend } from "./wasm/wasm.ts";

const reference = createReference();
const threads = [1, 2, 3, 5].map((count) => new WasmBackend({ threads: count }));
const [one, two] = threads;
const unshared = new WasmBackend({ threads: 1, shareMemory: false });

afterAll(async () => {
  for (const backend of [...threads, unshared]) await backend.dispose();
});

const allCases = Object.entries(opCases).flatMap(([op, cases]) =>
  cases.map((opCase) => ({ name: `${op}: ${opCase.name}`, opCase })),
);

/** The bits of all outputs; NaN of every kind counts as one. */
function bits(outputs: Record<string, OutputArray>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, numbers]) => [
      name,
      [...new Int32Array(Float32Array.from(numbers).buffer)],
    ]),
  );
}

describe("wasm agrees with the reference", () => {
  test.each(allCases)("$name", async ({ opCase }) => {
    const prepared = new PreparedCase(opCase);
    const expected = await prepared.run(reference);
    const actual = await prepared.run(two);
    for (const [name, numbers] of Object.entries(expected)) {
      if (name === "loss") continue;
      expect(relativeError(actual[name], numbers), name).toBeLessThanOrEqual(
        1e-6 * Math.sqrt(opCase.terms ?? 1),
      );
    }
  });
});

describe("the bits do not depend on the number of threads, nor on shared memory or the calling thread", () => {
  test.each(allCases)("$name", async ({ opCase }) => {
    const prepared = new PreparedCase(opCase);
    const expected = bits(await prepared.run(one));
    for (const backend of [...threads.slice(1), unshared])
      expect(bits(await prepared.run(backend, { onThreads: true }))).toEqual(expected);
  });
});

describe("calls read only what was written and write only where they may", () => {
  const guardBytes = 64;
  const guard = 0xa5;

  test.each(allCases)("$name", async ({ opCase }) => {
    const prepared = new PreparedCase(opCase);
    const expected = bits(await prepared.run(two));
    const program = await lower(prepared.graph, two.tables, { guardBytes });
    const executable = await two.prepare(program);
    /* 0xff everywhere is NaN as float32: whoever reads it spoils the result. */
    await two.fillScratch(0xff);
    const poisoned = await executable.run({ steps: 1, inputs: prepared.inputs, measures: true });
    expect(bits(poisoned.outputs as Record<string, OutputArray>)).toEqual(expected);

    await two.fillScratch(guard);
    await executable.run({ steps: 1, inputs: prepared.inputs, measures: true });
    const memory = await two.readScratch();
    for (const { location, byteLength } of program.buffers) {
      if (location.kind !== "scratch") continue;
      const end = location.offset + byteLength;
      const behind = memory.subarray(end, end + guardBytes);
      const isOverlaid = program.buffers.some(
        (other) =>
          other.location.kind === "scratch" &&
          other.location.offset < end + guardBytes &&
          other.location.offset + other.byteLength > end,
      );
      if (!isOverlaid) expect([...new Set(behind)]).toEqual([guard]);
    }
    executable.dispose();
  });
});

const backends: [string, Backend][] = [
  ["reference", reference],
  ["wasm", two],
  ["wasm without shared memory", unshared],
];

function stateOf(path: string, ...numbers: number[]): State {
  return { path, shape: [numbers.length], initialize: () => Float32Array.from(numbers) };
}

describe.each(backends)("%s keeps states", (_name, backend) => {
  test("an update takes effect at the end of the step, and lasts", async () => {
    const graph = new Graph();
    const state = stateOf("count", 1, 2, 3);
    const before = graph.state(state);
    graph.output("before", before);
    graph.update(state, add(before, graph.input("by", [3])));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    const { outputs } = await executable.run({
      steps: 2,
      inputs: { by: Float32Array.of(1, 1, 1, 10, 20, 30) },
    });
    expect([...outputs.before]).toEqual([1, 2, 3, 2, 3, 4]);
    expect([...(await backend.readState(state))]).toEqual([12, 23, 34]);
  });

  test("states that change places do so at the same time", async () => {
    const graph = new Graph();
    const [a, b] = [stateOf("a", 1, 2), stateOf("b", 3, 4)];
    graph.update(a, graph.state(b));
    graph.update(b, graph.state(a));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    await executable.run({ steps: 3, inputs: {} });
    expect([...(await backend.readState(a))]).toEqual([3, 4]);
    expect([...(await backend.readState(b))]).toEqual([1, 2]);
  });

  test("every reader of a step sees the numbers from before", async () => {
    const graph = new Graph();
    const [weight, average] = [stateOf("weight", 4, 8), stateOf("average", 0, 0)];
    graph.update(weight, multiply(graph.state(weight), 0.5));
    graph.update(average, add(graph.state(average), graph.state(weight)));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    await executable.run({ steps: 2, inputs: {} });
    expect([...(await backend.readState(average))]).toEqual([6, 12]);
    expect([...(await backend.readState(weight))]).toEqual([1, 2]);
  });

  test("two programs share a state, and writes are seen", async () => {
    const state = stateOf("shared", 1, 1);
    const reader = new Graph();
    reader.output("sum", reduceSum(reader.state(state)));
    const writer = new Graph();
    writer.update(state, multiply(writer.state(state), 3));
    const read = await backend.prepare(await lower(reader, backend.tables, { keepDerived: true }));
    const write = await backend.prepare(await lower(writer, backend.tables));
    await write.run({ steps: 1, inputs: {} });
    expect([...(await read.run({ steps: 1, inputs: {} })).outputs.sum]).toEqual([6]);
    await backend.writeState(state, Float32Array.of(5, 6));
    expect([...(await read.run({ steps: 1, inputs: {} })).outputs.sum]).toEqual([11]);
  });

  test("a step whose guard is not finite changes nothing and ends the run", async () => {
    const graph = new Graph();
    const state = stateOf("weight", 1);
    const x = graph.input("x", [1]);
    graph.output("loss", reduceSum(multiply(graph.state(state), x)));
    graph.update(state, add(graph.state(state), x));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    const inputs = { x: Float32Array.of(1, 2, Number.NaN, 4) };
    const { steps, outputs } = await executable.run({ steps: 4, inputs, guard: "loss" });
    expect(steps).toBe(2);
    expect([...outputs.loss].slice(0, 3)).toEqual([1, 4, Number.NaN]);
    expect([...(await backend.readState(state))]).toEqual([4]);
  });

  test("the caller can change numbers at a host point", async () => {
    const graph = new Graph();
    const x = graph.input("x", [3]);
    graph.output("y", add(hostPoint(multiply(x, 2), "doubled"), 1));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    const seen: number[][] = [];
    const { outputs } = await executable.run({
      steps: 2,
      inputs: { x: Float32Array.of(1, 2, 3, 4, 5, 6) },
      onHostPoint(name, numbers) {
        expect(name).toBe("doubled");
        seen.push([...numbers]);
        numbers[0] = 100;
      },
    });
    expect(seen).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    expect([...outputs.y]).toEqual([101, 5, 7, 101, 11, 13]);
  });

  test("rows of resident data are fed by number", async () => {
    const graph = new Graph();
    graph.output("y", multiply(graph.input("x", [2, 2]), 1));
    const executable = await backend.prepare(await lower(graph, backend.tables));
    const data = await backend.upload(Float32Array.of(0, 1, 10, 11, 20, 21), 2);
    const rows = Uint32Array.of(2, 0, 1, 1);
    const { outputs } = await executable.run({ steps: 2, inputs: { x: { data, rows } } });
    expect([...outputs.y]).toEqual([20, 21, 0, 1, 10, 11, 10, 11]);
    data.dispose();
  });
});

describe("failures", () => {
  test("a backend that was disposed says so", async () => {
    const backend = new WasmBackend({ threads: 2 });
    await backend.dispose();
    const graph = new Graph();
    graph.output("y", multiply(graph.input("x", [2]), 2));
    await expect(backend.prepare(await lower(graph, backend.tables))).rejects.toThrow(
      /wasm backend: expected its threads to run, got it was disposed/,
    );
  });

  test("a program larger than the memory is refused with the number of bytes", async () => {
    const graph = new Graph();
    const x = graph.input("x", [1 << 30]);
    graph.output("y", add(multiply(x, 2), 1));
    await expect(two.prepare(await lower(graph, two.tables))).rejects.toThrow(
      /expected \d+ free bytes, got \d+ of at most \d+/,
    );
  });
});
