import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disposeBackends } from "../backends/choose-backend.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors/safetensors.ts";
import * as layers from "../layers/index.ts";
import { loadModel } from "./load-model.ts";
import { sequential } from "./sequential.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await disposeBackends();
});

const model = () => sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 8 });

describe("model files", () => {
  test("are written whole and read back", async () => {
    const path = join(folder, "m.safetensors");
    await model().save(path);
    expect(await (await loadModel(path)).weightsSha256()).toBe(await model().weightsSha256());
    expect(await readdir(folder)).toEqual(["m.safetensors"]);
  });

  test("replace an old file, and leave it as it was if they cannot be written", async () => {
    const path = join(folder, "old.safetensors");
    await writeFile(path, "old");
    await expect(model().save(join(folder, "missing", "m.safetensors"))).rejects.toThrow(
      /missing.*expected a place to write to, got no such folder/,
    );
    await expect(model().save(folder)).rejects.toThrow(/expected a place to write to/);
    expect(await readFile(path, "utf8")).toBe("old");
    await model().save(path);
    expect((await readFile(path)).length).toBeGreaterThan(100);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("that are not there, or are something else, are errors naming them", async () => {
    await expect(loadModel(join(folder, "none"))).rejects.toThrow(
      /none: expected a readable file, got no such file\./,
    );
    await writeFile(join(folder, "text"), "hello, this is no model");
    await expect(loadModel(join(folder, "text"))).rejects.toThrow(
      /text: expected a model: keras, .*, got a file that begins with 68 65 6c 6c/,
    );
  });

  test.each([
    {
      name: "a weight is missing",
      change: (file: ReturnType<typeof readSafetensors>) => ({ ...file, tensors: file.tensors.slice(1) }),
      message: 'weight "dense/kernel": expected [3, 2], got no such array.',
    },
    {
      name: "a weight has another shape",
      change: (file: ReturnType<typeof readSafetensors>) => ({
        ...file,
        tensors: file.tensors.map((t) => ({ ...t, shape: [t.data.length] })),
      }),
      message: 'weight "dense/kernel": expected [3, 2], got [6].',
    },
    {
      name: "there is one weight more",
      change: (file: ReturnType<typeof readSafetensors>) => ({
        ...file,
        tensors: [...file.tensors, { name: "more", shape: [1], data: Float32Array.of(1) }],
      }),
      message: "expected only the 2 weights of the model, got also more.",
    },
    {
      name: "a layer is unknown",
      change: (file: ReturnType<typeof readSafetensors>) => ({
        ...file,
        metadata: {
          ...file.metadata,
          model: '{"name":"x","spec":{"layers":[{"type":"lambda","code":"1"}]}}',
        },
      }),
      message: 'layers[0]: expected a known name, got "lambda".',
    },
    {
      name: "the metadata are no JSON",
      change: (file: ReturnType<typeof readSafetensors>) => ({
        ...file,
        metadata: { ...file.metadata, model: "{" },
      }),
      message: "expected the model as JSON",
    },
  ])("are refused if $name", async ({ change, message }) => {
    const bytes = writeSafetensors(
      change(readSafetensors(await model().serialize({ format: "safetensors" }), "m")),
    );
    await expect(loadModel(bytes)).rejects.toThrow(message);
  });
});
