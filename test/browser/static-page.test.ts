/** The README's page, as it stands there, on a server that knows nothing but files. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./bundled-page.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

let folder: string;
let server: Server;
let browser: Browser;
const asked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-static-"));
  const pages = join(folder, "node_modules/convnet/dist/page");
  await promisify(execFile)(process.execPath, ["scripts/bundle.mjs", join(folder, "bundled"), pages], {
    cwd: root,
  });
  const html = /```html\n([\s\S]*?)```/.exec(await readFile(join(root, "README.md"), "utf8"))?.[1] ?? "";
  await writeFile(join(folder, "index.html"), html);
  await writeFile(join(folder, "empty.html"), "<!doctype html>");
  server = createServer(async ({ url = "" }, response) => {
    const path = new URL(url, "http://localhost").pathname;
    asked.push(path);
    const file = await readFile(join(folder, path)).catch(() => undefined);
    response.writeHead(file ? 200 : 404, { "Content-Type": types[extname(path)] ?? "text/plain" });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server?.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const address = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

test("the README's page trains from an empty file, and loads one module", async () => {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(address("index.html"));
  const log = page.locator("#log");
  const state = async () => problems.join() || ((await log.textContent()) ?? "");
  await expect.poll(state, { timeout: 50_000 }).toContain("epoch 10");
  expect(problems).toEqual([]);
  const accuracies = [...((await log.textContent()) ?? "").matchAll(/accuracy (\S+)/g)].map(([, a]) =>
    Number(a),
  );
  expect(accuracies).toHaveLength(10);
  expect(accuracies.at(-1)).toBeGreaterThan(0.95);
  expect(asked.filter((path) => path !== "/favicon.ico")).toEqual([
    "/index.html",
    "/node_modules/convnet/dist/page/convnet.js",
  ]);
  await page.close();
});

test("what the one file saves, the other reads", async () => {
  const page = await browser.newPage();
  await page.goto(address("empty.html"));
  /* As text: what loads tests would turn the imports into its own. */
  const [trained, asked] = await page.evaluate<number[][]>(`(async () => {
    const path = "/node_modules/convnet/dist/page";
    const { layers, sequential } = await import(path + "/convnet.js");
    const { loadModel } = await import(path + "/predict.js");
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 5 });
    const again = await loadModel(await model.serialize());
    const outputs = [await model.predict([1, 2, 3]), await again.predict([1, 2, 3])];
    return outputs.map(({ data }) => [...data]);
  })()`);
  expect(trained).toHaveLength(2);
  expect(asked).toEqual(trained);
  await page.close();
});
