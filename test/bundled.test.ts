/** What Node gets when it imports the package: the modules of src/, put together into a few files that share their parts. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import * as index from "convnet";
import * as explain from "convnet/explain";
import * as node from "convnet/node";
import * as predict from "convnet/predict";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  /* Where packages are found, as they are beside an installed one. */
  folder = await mkdtemp(join("node_modules", ".convnet-bundled-"));
  await run(process.execPath, ["scripts/bundle.mjs", folder, join(folder, "page")]);
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await index.disposeBackends();
});

const bundled = (name: string) => pathToFileURL(resolve(folder, `${name}.js`)).href;

test.each(Object.entries({ index, node, predict, explain }))(
  "%s exports the same names",
  async (name, entry) => {
    expect(Object.keys(await import(bundled(name))).sort()).toEqual(Object.keys(entry).sort());
  },
);

test("a model that one entry saves is read by the other, with the same bits and the same errors", async () => {
  const program = `
    const { sequential, layers, FileError } = await import("${bundled("index")}");
    const { loadModel } = await import("${bundled("predict")}");
    const model = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [4] })], { seed: 3 });
    const asked = await loadModel(await model.serialize());
    const { data } = await asked.predict([1, 2, 3, 4]);
    const many = await asked.predict(new Float32Array(40_000).fill(0.5), { batchSize: 1 });
    const error = await loadModel("no-such-file").catch((error) => error);
    console.log(JSON.stringify({ data: [...data], shape: many.shape, isFileError: error instanceof FileError }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  const { layers, sequential } = index;
  const model = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [4] })], { seed: 3 });
  const { data } = await model.predict([1, 2, 3, 4]);
  expect(JSON.parse(stdout)).toEqual({ data: [...data], shape: [10_000, 3], isFileError: true });
});
