/** The recipes in examples/, on a budget of seconds: they run, and what they show can be seen already. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fashionMnist } from "convnet/node";
import { expect, test, vi } from "vitest";

/* A process each, beside whatever else the machine does. */
vi.setConfig({ testTimeout: 240_000 });

const run = promisify(execFile);

async function outputOf(name: string, budget: { EPOCHS?: number; LIMIT: number }): Promise<string> {
  const limits = Object.fromEntries(Object.entries(budget).map(([key, value]) => [key, String(value)]));
  const { stdout } = await run(process.execPath, ["--import", "tsx", `examples/${name}`], {
    env: { ...process.env, ...limits },
  });
  return stdout;
}

const numbersOf = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, number]) => Number(number));

test("transfer-learning.ts compares what was learnt before with nothing", async () => {
  const stdout = await outputOf("transfer-learning.ts", { EPOCHS: 2, LIMIT: 1500 });
  const accuracies = numbersOf(stdout, /(0\.\d+) (?:with|from)/g);
  expect(accuracies.length).toBe(2);
  expect(Math.min(...accuracies)).toBeGreaterThan(0.4);
});

test("lr-finder.ts suggests a rate that works", async () => {
  const stdout = await outputOf("lr-finder.ts", { LIMIT: 1500 });
  expect(numbersOf(stdout, /valley ([\d.]+)/g)[0]).toBeGreaterThan(0.001);
  expect(numbersOf(stdout, /test accuracy ([\d.]+)/g)[0]).toBeGreaterThan(0.4);
});

test("dense-vs-conv.ts shows why convolution: shifted digits", async () => {
  const stdout = await outputOf("dense-vs-conv.ts", { EPOCHS: 2, LIMIT: 1500 });
  const [dense, convolutional] = numbersOf(stdout, /(0\.\d+) shifted by 2/g);
  expect(convolutional).toBeGreaterThan(dense + 0.1);
  const [fewer, more] = numbersOf(stdout, /(\d+) weights/g).sort((a, b) => a - b);
  expect(more / fewer).toBeLessThan(1.1);
});

const hasClothes = await fashionMnist().then(
  () => true,
  () => false,
);

test.skipIf(!hasClothes)("fashion-mnist.ts tells clothes apart", async () => {
  const stdout = await outputOf("fashion-mnist.ts", { EPOCHS: 2, LIMIT: 1500 });
  expect(numbersOf(stdout, /test accuracy ([\d.]+)/g)[0]).toBeGreaterThan(0.6);
});

test("imbalance.ts: weights of classes find what accuracy does not miss", async () => {
  const stdout = await outputOf("imbalance.ts", { EPOCHS: 2, LIMIT: 1500 });
  expect(stdout).toContain("doctor: classImbalance");
  const [plain, weighed] = numbersOf(stdout, /recall of 8 ([\d.]+)/g);
  expect(weighed).toBeGreaterThan(plain);
});

test("segmentation.ts finds digits on clutter", async () => {
  const stdout = await outputOf("segmentation.ts", { EPOCHS: 2, LIMIT: 1500 });
  expect(numbersOf(stdout, /mean ([\d.]+)/g)[0]).toBeGreaterThan(0.75);
});

test("autoencoder.ts draws digits from few numbers", async () => {
  const stdout = await outputOf("autoencoder.ts", { EPOCHS: 2, LIMIT: 1500 });
  /* Blank paper would be at 0.1. */
  expect(numbersOf(stdout, /numbers: ([\d.]+)/g)[0]).toBeLessThan(0.09);
});
