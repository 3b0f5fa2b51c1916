import { describe, expect, test } from "vitest";
import { gradientErrors } from "../../test/central-differences.ts";
import { PreparedCase } from "../../test/op-cases.ts";
import { createReference } from "../backends/reference/reference.ts";
import { lower } from "../compiler/lower.ts";
import { plainTables } from "../compiler/tables.ts";
import { gradients } from "./gradients.ts";
import { Graph } from "./graph.ts";
import { opCases } from "./ops/cases.ts";
import { cast, exp, multiply, square } from "./ops/elementwise.ts";
import { argMax } from "./ops/labels.ts";
import { maxPool } from "./ops/max-pool.ts";
import { reduceSum } from "./ops/reduce-sum.ts";
import { stopGradient } from "./ops/stop-gradient.ts";

const reference = createReference();

describe("the gradient of each op agrees with central differences", () => {
  for (const [op, cases] of Object.entries(opCases)) {
    for (const opCase of cases) {
      if (opCase.constant || opCase.hasTies) continue;
      test(`${op}: ${opCase.name}`, async () => {
        const prepared = new PreparedCase(opCase);
        const { flops } = (await lower(prepared.graph, plainTables)).calls.reduce(
          (a, b) => ({ flops: a.flops + b.flops }),
          { flops: 0 },
        );
        const samples = Math.max(3, Math.min(16, Math.floor(2e7 / flops)));
        const errors = await gradientErrors(prepared, samples);
        for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThanOrEqual(1e-6);
      });
    }
  }
});

async function run(
  graph: Graph,
  inputs: Record<string, Float32Array>,
): Promise<Record<string, ArrayLike<number>>> {
  const executable = await reference.prepare(await lower(graph, plainTables));
  return (await executable.run({ steps: 1, inputs })).outputs;
}

describe("gradients", () => {
  test("a value used twice gets the sum of both ways", async () => {
    const graph = new Graph();
    const x = graph.input("x", [3]);
    graph.output("gradient", gradients(reduceSum(multiply(x, exp(x))), [x])[0]);
    const { gradient } = await run(graph, { x: Float32Array.of(-1, 0, 2) });
    expect([...(gradient as Float64Array)]).toEqual(
      [0, 1, 3].map((one, i) => expect.closeTo(one * [Math.exp(-1), 1, Math.exp(2)][i], 6)),
    );
  });

  test("gradients of gradients work", async () => {
    const graph = new Graph();
    const x = graph.input("x", [4]);
    const [first] = gradients(reduceSum(multiply(square(x), x)), [x]);
    graph.output("second", gradients(reduceSum(first), [x])[0]);
    const { second } = await run(graph, { x: Float32Array.of(1, 2, -3, 0.5) });
    expect([...(second as Float64Array)]).toEqual([6, 12, -18, 3]);
  });

  test("what the loss does not depend on has a gradient of zeros", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2]);
    const y = graph.input("y", [2, 2]);
    graph.output("gradient", gradients(reduceSum(x), [y])[0]);
    const { gradient } = await run(graph, { x: new Float32Array(2), y: new Float32Array(4) });
    expect([...(gradient as Float64Array)]).toEqual([0, 0, 0, 0]);
  });

  test("nothing flows through stopGradient and through integers", async () => {
    const graph = new Graph();
    const x = graph.input("x", [2, 3]);
    const loss = reduceSum(multiply(cast(argMax(x)), reduceSum(stopGradient(x), { axes: 1 })));
    graph.output("gradient", gradients(loss, [x])[0]);
    const { gradient } = await run(graph, { x: Float32Array.of(1, 2, 3, 6, 5, 4) });
    expect([...(gradient as Float64Array)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("an op without a gradient is an error that names it, its layer and why", () => {
    const graph = new Graph();
    const x = graph.input("x", [1, 4, 4, 1]);
    graph.scope = "pool";
    const once = gradients(reduceSum(square(maxPool(x, { poolSize: 2 }))), [x])[0];
    expect(() => gradients(reduceSum(square(once)), [x])).toThrow(
      /pool: .*maxPoolGradient \(the choice of the largest/,
    );
  });
});
