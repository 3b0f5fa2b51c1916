/** Every op in a real page: on threads with shared memory, and on the one thread that is left without it. */
import { afterAll, describe, expect, test } from "vitest";
import { createReference } from "../../src/backends/reference/reference.ts";
import { WasmBackend } from "../../src/backends/wasm/wasm.ts";
import { opCases } from "../../src/graph/ops/cases.ts";
import { PreparedCase, relativeError } from "../op-cases.ts";

const reference = createReference();
const backends = {
  threads: new WasmBackend({ threads: 2 }),
  "one thread without shared memory": new WasmBackend({ threads: 1, shareMemory: false }),
};

afterAll(async () => {
  for (const backend of Object.values(backends)) await backend.dispose();
});

test("the page is isolated, so that threads share memory", () => {
  expect(crossOriginIsolated).toBe(true);
  expect(backends.threads.threads).toBe(2);
});

describe.each(Object.entries(opCases))("in a page, %s agrees with the reference", (_op, cases) => {
  test.each(cases)("$name", async (opCase) => {
    const prepared = new PreparedCase(opCase);
    const expected = await prepared.run(reference);
    const tolerance = 1e-6 * Math.sqrt(opCase.terms ?? 1);
    for (const [where, backend] of Object.entries(backends)) {
      const actual = await prepared.run(backend);
      for (const [name, numbers] of Object.entries(expected)) {
        /* The loss only weights the value, which is compared itself. */
        if (name === "loss") continue;
        expect(relativeError(actual[name], numbers), `${name}, ${where}`).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});
