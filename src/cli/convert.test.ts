import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandLineFolder, run } from "../../test/command-line.ts";
import { loadModel, modelFromSpec } from "../index.ts";

let made: CommandLineFolder;
beforeAll(async () => {
  made = await CommandLineFolder.create();
});
afterAll(() => made.remove());

describe("convnet convert", () => {
  test("goes through every format and back to the same weights", async () => {
    const model = await modelFromSpec(JSON.parse(await readFile(made.spec, "utf8")), { seed: 4 });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await model.save(made.path("a.keras"));
    const steps = ["a.keras", "b.h5", "model.json", "c.safetensors", "d.keras"];
    for (const [i, to] of steps.slice(1).entries()) {
      const { code, stdout, stderr } = await run("convert", made.path(steps[i]), made.path(to));
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`${to}  [\\d.]+ k?B\\n$`));
    }
    const again = await loadModel(made.path("d.keras"));
    expect(await again.weightsSha256()).toBe(await model.weightsSha256());
    const [first, last] = await Promise.all(["a.keras", "d.keras"].map((name) => readFile(made.path(name))));
    expect(last.length).toBeGreaterThan(0.9 * first.length);
  });

  test("refuses formats that do not exist, and files that are no models", async () => {
    expect(await run("convert", made.path("a.keras"), made.path("b.pth"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected a file name that says the format"),
    });
    expect(
      await run("convert", made.path("data", "train-labels-idx1-ubyte"), made.path("b.keras")),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^convnet: .*expected a model: keras.*\n$/),
    });
  });
});

describe("convnet inspect", () => {
  test("says what is in a file, for people and for programs", async () => {
    const { code, stdout } = await run("inspect", made.path("b.h5"));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /b\.h5: h5, \d+\.\d kB\nmodel {5}sequential\nlayers {4}3: conv2d, flatten, dense\n/,
    );
    expect(stdout).toContain("compiled  adam, sparseCategoricalCrossentropy, 0 steps\n");
    expect(stdout).toContain("  conv2d/kernel  [3, 3, 1, 4]\n");
    const json = JSON.parse((await run("inspect", made.path("b.h5"), "--json")).stdout) as object;
    expect(json).toMatchObject({
      format: "h5",
      name: "sequential",
      steps: 0,
      training: { optimizer: { name: "adam" } },
    });
  });
});
