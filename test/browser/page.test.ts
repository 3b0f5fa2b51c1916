/** examples/browser as visitors get it: built by Vite, served, and used in a real browser. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium } from "./bundled-page.ts";

const configFile = fileURLToPath(new URL("../../examples/browser/vite.config.ts", import.meta.url));

let outDir: string;
let server: PreviewServer;
let browser: Browser;
let page: Page;
/** What went wrong in the page, or in loading it. */
let problems: string[];

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "convnet-page-"));
  /* Without MNIST the page's configuration throws, and says what to install. */
  await build({ configFile, logLevel: "error", build: { outDir } });
  server = await preview({ configFile, build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
  browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(outDir, { recursive: true, force: true });
});

beforeEach(async () => {
  problems = [];
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("requestfailed", (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
});

afterEach(() => page.close());

async function open(search: string): Promise<void> {
  await page.goto(`${server.resolvedUrls?.local[0]}${search}`);
  await inState("ready");
}

/** Waits until the page says so itself, or that it failed. */
async function inState(state: string): Promise<void> {
  await page.locator(`body[data-state=${state}], body[data-state=failed]`).waitFor({ timeout: 90_000 });
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
}

const button = (name: string) => page.getByRole("button", { name, exact: true });

/** The number that a term of the page's lists stands for: 97.5 of "97.5 %". */
async function number(term: string): Promise<number> {
  const text = await page.locator("dl > div", { hasText: term }).locator("dd").textContent();
  return Number.parseFloat((text ?? "").replace(",", ""));
}

/** Waits until steps of an epoch have been taken. */
async function training(epoch = 1): Promise<void> {
  await page.locator("#epoch", { hasText: new RegExp(`^${epoch} of`) }).waitFor({ timeout: 60_000 });
}

/** Draws lines through points of the pad, which is 1 wide and 1 high. */
async function draw(...points: [x: number, y: number][]): Promise<void> {
  const pad = page.getByRole("application", { name: "Drawing pad" });
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error("The pad is not visible.");
  for (const [i, [x, y]] of points.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 5 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

const answered = () => page.locator("#answer[data-digit]").waitFor();
const answer = () => page.locator("#answer").getAttribute("data-digit");

describe.each([
  { name: "cross-origin isolated, on several threads", search: "", isolated: true },
  { name: "without isolation, on one thread", search: "&isolation=off", isolated: false },
])("the page, $name", { timeout: 120_000 }, ({ search, isolated }) => {
  test("trains on real digits, goes on drawing, and reads what one draws", async () => {
    await open(`?limit=2000&epochs=1${search}`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const threads = Number(await page.locator("#threads").getAttribute("data-threads"));
    expect(threads).toBe(isolated ? Math.min(cores, 64) : 1);

    await button("Train").click();
    await training();
    await draw([0.5, 0.2], [0.47, 0.8]);
    await answered();
    await inState("done");
    expect(await number("Test accuracy")).toBeGreaterThan(85);
    expect(await number("Frames drawn")).toBeGreaterThan(0);

    await button("Clear").click();
    await draw([0.5, 0.2], [0.47, 0.8]);
    await answered();
    expect(await answer()).toBe("1");
    await button("A test digit").click();
    await page.locator("#answer", { hasText: /^\d, .* % · labelled \d$/ }).waitFor();
    expect(await page.getByRole("list", { name: "Probability of each digit" }).locator("li").count()).toBe(
      10,
    );
    expect(problems).toEqual([]);
  });

  test("stops when told to, keeps what was learned, trains on, and starts over", async () => {
    await open(`?limit=2000&epochs=99${search}`);
    await button("Train").click();
    await training(2);
    await button("Stop").click();
    await inState("stopped");
    expect(await number("Test accuracy")).toBeGreaterThan(85);

    await page.getByLabel("Epochs").fill("1");
    await button("Train on").click();
    await inState("done");
    expect(await number("Test accuracy")).toBeGreaterThan(85);

    await button("Start over").click();
    await inState("ready");
    expect(await number("Test accuracy")).toBeNaN();
    expect(problems).toEqual([]);
  });
});

test("a digit can be drawn with the keyboard", async () => {
  await open("?limit=32");
  await page.getByRole("application", { name: "Drawing pad" }).focus();
  for (const key of ["Space", ...Array(8).fill("ArrowDown"), "Space"]) await page.keyboard.press(key);
  await answered();
  await page.keyboard.press("Escape");
  await page.locator("#answer:not([data-digit])").waitFor();
  expect(problems).toEqual([]);
});

test("data that are no digits are an error that one can read", async () => {
  await page.route("**/train-labels-idx1-ubyte", (route) => route.fulfill({ body: "<!doctype html>" }));
  await page.goto(`${server.resolvedUrls?.local[0]}`);
  await page.locator("body[data-state=failed]").waitFor();
  expect(await page.getByRole("alert").textContent()).toMatch(
    /train-labels-idx1-ubyte, byte 0.*two zero bytes/,
  );
});
