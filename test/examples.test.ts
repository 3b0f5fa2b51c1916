import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as convnet from "convnet";
import * as explain from "convnet/explain";
import * as node from "convnet/node";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentedNames, markdownExamples, markdownFiles, runExample } from "./doc-examples.ts";

const { layers, sequential } = convnet;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-examples-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await convnet.disposeBackends();
});

const digits = node.mnist();

/** A folder of two classes, made once. */
async function photos(): Promise<string> {
  const base = join(folder, "photos");
  for (const [value, name] of ["cat", "dog"].entries()) {
    await mkdir(join(base, name), { recursive: true });
    const data = new Uint8Array(4 * 4 * 3).fill(200 * value);
    const png = encode({ width: 4, height: 4, channels: 3, data });
    for (let i = 0; i < 5; i++) await writeFile(join(base, name, `${i}.png`), png);
  }
  return base;
}

/** An array of NumPy: bytes of zero. */
function npy(shape: string, length: number): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`;
  const head = [0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0];
  return Uint8Array.of(...head, ...new TextEncoder().encode(header), ...new Uint8Array(length));
}

/** What examples may take for granted: a small model, a few digits, a picture. */
async function scope(): Promise<Record<string, unknown>> {
  const { train: all, test: held } = await digits;
  const few = (set: convnet.Dataset) =>
    convnet.dataset({ ...set, x: set.x.subarray(0, 96 * 784), y: set.y.subarray(0, 96) });
  const model = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, strides: 3, activation: "relu", inputShape: [28, 28, 1] }),
    layers.flatten(),
    layers.dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const photo = { data: new Uint8Array(6 * 5 * 3).map((_, i) => i), shape: [6, 5, 3] };
  return {
    ...convnet,
    ...node,
    ...explain,
    mnist: async () => ({ train: few(all), test: few(held) }),
    fashionMnist: async () => ({ train: few(all), test: few(held) }),
    idxFolder: async () => ({ train: few(all), test: few(held) }),
    imageFolder: async (_folder: string, options: node.ImageFolderOptions) =>
      node.imageFolder(await photos(), options),
    readImage: async () => ({ width: 28, height: 28, channels: 1, data: all.x.slice(0, 784) }),
    console: { ...console, log: () => {} },
    model,
    train: few(all),
    test: few(held),
    image: photo,
    photo,
    picture: { width: 28, height: 28, channels: 1, data: all.x.slice(0, 784) },
    context: {
      getImageData: () => ({ width: 2, height: 3, data: new Uint8ClampedArray(24).fill(255, 8, 12) }),
    },
    bytes: await model.serialize(),
    npz: zipSync({ "x.npy": npy("(2, 2, 2)", 8), "y.npy": npy("(2,)", 2) }),
    upload: encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 80, 160, 240) }),
  };
}

const names = documentedNames(["src/index.ts", "src/node.ts", "src/predict.ts", "src/explain.ts"]);

describe("docstrings", () => {
  const withExamples = names.flatMap(({ name, examples }) => examples.map((code) => ({ name, code })));
  test.each(withExamples)("the example of $name runs", async ({ code }) => {
    await runExample(code, await scope(), { model: convnet.model });
  });

  test("every function and class that users call has an example", () => {
    const missing = names
      .filter(({ isType, examples }) => !isType && examples.length === 0)
      .map(({ name }) => name);
    /* Errors share the example of their base; ops are shown together in examples/custom-*.ts. */
    expect(missing.filter((name) => !name.endsWith("Error") && !name.startsWith("ops."))).toEqual([]);
  });
});

describe("documents", async () => {
  const files = ["README.md", ...(await markdownFiles("docs"))];
  const examples = (await Promise.all(files.map(markdownExamples))).flat();
  test.each(examples)("$name runs", async ({ code }) => {
    await runExample(code, await scope(), { model: convnet.model });
  });
});

const run = promisify(execFile);

describe("programs in examples/", () => {
  const start = (name: string, ...args: string[]) =>
    run(process.execPath, ["--import", "tsx", `examples/${name}`, ...args], {
      env: { ...process.env, EPOCHS: "2", LIMIT: "2000" },
    });

  test("mnist.ts is the README's first example and learns", async () => {
    const { stdout } = await start("mnist.ts");
    expect(stdout).toContain("conv2d_1 (conv2d)");
    const accuracies = [...stdout.matchAll(/accuracy:? (0\.\d+)/g)].map(([, number]) => Number(number));
    expect(accuracies.at(-1)).toBeGreaterThan(0.85);
    const [readme] = await markdownExamples("README.md");
    const program = await readFile("examples/mnist.ts", "utf8");
    for (const line of readme.code.split("\n").filter((text) => text.trim().startsWith("layers."))) {
      expect(program).toContain(line.trim());
    }
  });

  test("kernels.ts writes a picture", async () => {
    const file = join(folder, "kernels.png");
    await start("kernels.ts", "examples/images/cat.jpg", file);
    const bytes = await readFile(file);
    expect([...bytes.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
    expect(bytes.length).toBeGreaterThan(100_000);
  });

  test("custom-layer.ts learns with a layer of its own", async () => {
    const { stdout } = await start("custom-layer.ts");
    expect(Number(/accuracy ([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(0.95);
  });

  test("custom-loss.ts is less impressed by wild measurements than squared error", async () => {
    const { stdout } = await start("custom-loss.ts");
    const offsets = [...stdout.matchAll(/\+ ([\d.]+)$/gm)].map(([, offset]) => Number(offset));
    expect(offsets[0]).toBeLessThan(1.5);
    expect(offsets[1]).toBeGreaterThan(3);
  });
});
