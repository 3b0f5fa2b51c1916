import { describe, expect, test } from "vitest";
import { wasmTables } from "../backends/wasm/tables.ts";
import { gradients } from "../graph/gradients.ts";
import { Graph, type State, type Value } from "../graph/graph.ts";
import {
  add,
  divide,
  exp,
  multiply,
  relu,
  sigmoid,
  sqrt,
  square,
  subtract,
} from "../graph/ops/elementwise.ts";
import { matMul } from "../graph/ops/mat-mul.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { conv } from "../graph/ops/write-conv.ts";
import { explainProgram } from "./explain-program.ts";
import { lower } from "./lower.ts";
import { plainTables } from "./tables.ts";

const kernelsOf = async (graph: Graph): Promise<string[]> =>
  (await lower(graph, wasmTables)).calls.map(({ kernel }) => kernel);

function stateOf(path: string, shape: number[]): State {
  return { path, shape, initialize: () => new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

describe("fusion", () => {
  test("a chain of element-wise ops is one call", async () => {
    const graph = new Graph();
    const x = graph.input("x", [5, 7]);
    graph.output("y", relu(add(multiply(exp(x), 2), graph.input("b", [7]))));
    expect(await kernelsOf(graph)).toEqual(["map"]);
  });

  test("a reduction takes in the chain that only it reads", async () => {
    const graph = new Graph();
    const x = graph.input("x", [5, 7]);
    graph.output("y", reduceSum(square(subtract(x, 1)), { axes: 1 }));
    expect(await kernelsOf(graph)).toEqual(["reduce"]);
  });

  test("bias, activation and 2 × 2 max pooling run inside the convolution", async () => {
    const graph = new Graph();
    const sums = conv(graph.input("x", [2, 8, 8, 4]), graph.state(stateOf("kernel", [3, 3, 4, 8])));
    graph.output("y", maxPool(relu(add(sums, graph.state(stateOf("bias", [8])))), { poolSize: 2 }));
    expect(await kernelsOf(graph)).toEqual(["derivePanels", "convPatches"]);
  });

  test("a map that somebody else reads is not pooled away", async () => {
    const graph = new Graph();
    const map = relu(conv(graph.input("x", [2, 8, 8, 4]), graph.state(stateOf("kernel", [3, 3, 4, 8]))));
    graph.output("map", map);
    graph.output("y", maxPool(map, { poolSize: 2 }));
    expect(await kernelsOf(graph)).toEqual(["derivePanels", "convPatches", "maxPool"]);
  });

  test("bias and activation run inside a matrix product", async () => {
    const graph = new Graph();
    const product = matMul(graph.input("x", [2, 8]), graph.state(stateOf("kernel", [8, 4])));
    graph.output("y", sigmoid(add(product, graph.state(stateOf("bias", [4])))));
    expect(await kernelsOf(graph)).toEqual(["matMul"]);
  });

  test("Adam's update of a parameter is one call that writes all three states", async () => {
    const graph = new Graph();
    const [w, m, v] = ["w", "m", "v"].map((path) => stateOf(path, [6, 4]));
    const g = graph.input("g", [6, 4]);
    const mean = add(graph.state(m), multiply(subtract(g, graph.state(m)), 0.1));
    const meanSquare = add(graph.state(v), multiply(subtract(square(g), graph.state(v)), 0.001));
    graph.update(m, mean);
    graph.update(v, meanSquare);
    const step = divide(multiply(mean, graph.input("rate", [])), add(sqrt(meanSquare), 1e-7));
    graph.update(w, subtract(graph.state(w), step));
    const program = await lower(graph, wasmTables);
    expect(program.calls.map(({ kernel, outputs }) => [kernel, outputs.length])).toEqual([["map", 3]]);
    const places = program.calls[0].outputs.map(({ buffer }) => program.buffers[buffer].location.kind);
    expect(places).toEqual(["state", "state", "state"]);
    expect(program.scratchBytes).toBeLessThan(1024);
  });

  test("the gradient of pooling neither searches again nor reads the full map", async () => {
    const graph = new Graph();
    const kernel = stateOf("kernel", [3, 3, 4, 8]);
    const pooled = maxPool(relu(conv(graph.input("x", [2, 8, 8, 4]), graph.state(kernel))), { poolSize: 2 });
    const [gradient] = gradients(reduceSum(square(pooled)), [graph.state(kernel)]);
    graph.output("gradient", gradient);
    const names = await kernelsOf(graph);
    expect(names).toContain("convKernelGradientPooled");
    expect(names).not.toContain("maxPoolGradient");
    expect(names).not.toContain("scatterWinners");
  });

  test("windows that overlap scatter the winners, as their gradient is not sparse enough", async () => {
    const graph = new Graph();
    const kernel = stateOf("kernel", [3, 3, 4, 8]);
    const map = relu(conv(graph.input("x", [2, 8, 8, 4]), graph.state(kernel)));
    const pooled = maxPool(map, { poolSize: 2, strides: 1 });
    const [gradient] = gradients(reduceSum(square(pooled)), [graph.state(kernel)]);
    graph.output("gradient", gradient);
    const names = await kernelsOf(graph);
    expect(names).toContain("scatterWinners");
    expect(names).not.toContain("convKernelGradientPooled");
  });
});

describe("simplification", () => {
  test("equal calls are made once, unread ones not at all, reshapes never", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 6]);
    const twice = (): Value => matMul(x, graph.input("w", [6, 3]));
    exp(x);
    graph.output("y", add(twice(), twice()));
    expect((await lower(graph, plainTables)).calls.map(({ kernel }) => kernel)).toEqual(["matMul", "binary"]);
  });
});

describe("memory", () => {
  test("a long chain of maps needs two buffers, not as many as it has steps", async () => {
    const graph = new Graph();
    let value = graph.input("x", [1, 16, 16, 8]);
    for (let i = 0; i < 10; i++)
      value = conv(value, graph.state(stateOf(`kernel${i}`, [3, 3, 8, 8])), { padding: "same" });
    graph.output("y", value);
    const { scratchBytes } = await lower(graph, wasmTables);
    const mapBytes = 16 * 16 * 8 * 4;
    const panelBytes = 36 * 8 * 8 * 4;
    expect(scratchBytes).toBeLessThanOrEqual(2 * mapBytes + 10 * panelBytes + 1024);
  });
});

test("the number of parts follows from shapes, not from threads", async () => {
  const graph = new Graph();
  graph.output("y", conv(graph.input("x", [32, 16, 16, 32]), graph.state(stateOf("kernel", [5, 5, 32, 32]))));
  const call = (await lower(graph, wasmTables)).calls.find(({ kernel }) => kernel === "conv");
  expect(call?.split).toMatchObject({ units: 32 * 12, parts: 32 });
});

test("a printed plan names calls, methods, shapes and costs", async () => {
  const graph = new Graph();
  graph.scope = "dense";
  graph.output("y", relu(matMul(graph.input("x", [2, 8]), graph.state(stateOf("dense/kernel", [8, 4])))));
  const lines = explainProgram(await lower(graph, wasmTables), "predict · batch 2").split("\n");
  expect(lines[0]).toMatch(/^predict · batch 2 · 1 calls in 1 phases · scratch/);
  expect(lines[lines.length - 1]).toMatch(
    /^0\s+dense\s+matMul\s+gemm 2×8\s+1\s+\[2, 8\] \[8, 4\] → \[2, 4\]/,
  );
});
