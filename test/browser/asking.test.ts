import { fileURLToPath } from "node:url";
import { disposeBackends, layers, sequential } from "convnet";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "./asking.ts";
import { launchChromium, type PageServer, servePage } from "./bundled-page.ts";

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  [browser, server] = await Promise.all([
    launchChromium(),
    servePage(fileURLToPath(new URL("asking.ts", import.meta.url))),
  ]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await disposeBackends();
});

async function saved(): Promise<number[]> {
  const model = sequential(
    [
      layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 6 },
  );
  return [...(await model.serialize())];
}

/* Without isolation a worker has the memory, and even one sample is a message to it. */
test.each(["/isolated", "/"] as const)("a page at %s gives Node's answers to the bit", async (path) => {
  const bytes = await saved();
  const samples = 300;
  const page = await server.open(browser, path);
  try {
    const inside = await page.evaluate(
      ([numbers, count]) =>
        (globalThis as unknown as { bundled: { ask: typeof ask } }).bundled.ask(numbers, count),
      [bytes, samples] as const,
    );
    const outside = await ask(bytes, samples);
    expect(inside).toEqual(outside);
    expect(inside.one).toEqual(inside.all.slice(0, 10));
  } finally {
    await page.close();
  }
});
