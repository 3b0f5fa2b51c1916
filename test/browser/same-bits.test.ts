import { fileURLToPath } from "node:url";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BundleOptions, launchChromium, type PageServer, servePage } from "./bundled-page.ts";
import { type ProgramName, type Trained, type TrainingOptions, train } from "./same-bits.ts";

type Path = Parameters<PageServer["open"]>[1];

const module = fileURLToPath(new URL("same-bits.ts", import.meta.url));

interface Row extends TrainingOptions {
  readonly name: string;
  readonly program: ProgramName;
  readonly isolated: boolean;
  /** How many threads must have taken part. */
  readonly expected: number;
}

const rows: Row[] = [
  { name: "one thread", program: "article", steps: 200, threads: 1, isolated: true, expected: 1 },
  { name: "two threads", program: "article", steps: 200, threads: 2, isolated: true, expected: 2 },
  { name: "three threads", program: "article", steps: 200, threads: 3, isolated: true, expected: 3 },
  { name: "five threads", program: "article", steps: 200, threads: 5, isolated: true, expected: 5 },
  { name: "no isolation", program: "article", steps: 200, isolated: false, expected: 1 },
  { name: "one thread", program: "mixed", steps: 60, threads: 1, isolated: true, expected: 1 },
  { name: "three threads", program: "mixed", steps: 60, threads: 3, isolated: true, expected: 3 },
  {
    name: "no isolation, though three threads were asked for",
    program: "mixed",
    steps: 60,
    threads: 3,
    isolated: false,
    expected: 1,
  },
];

/** What Node makes of a program, computed once. */
const known = new Map<string, Promise<Trained>>();
function inNode(program: ProgramName, steps: number): Promise<Trained> {
  const key = `${program} ${steps}`;
  const result = known.get(key) ?? train(program, { steps, threads: 2 });
  known.set(key, result);
  return result;
}

async function inPage(
  server: PageServer,
  browser: Browser,
  { path, program, ...options }: TrainingOptions & { program: ProgramName; path: Path },
): Promise<Trained> {
  const page = await server.open(browser, path);
  try {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(path !== "/");
    return await page.evaluate(
      ([name, choice]) =>
        (globalThis as unknown as { bundled: { train: typeof train } }).bundled.train(name, choice),
      [program, options] as const,
    );
  } finally {
    await page.close();
  }
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe("training in a page gives the same bits as in Node", () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await servePage(module);
  });
  afterAll(() => server?.close());

  test.each(rows)("$program, $steps steps, $name", { timeout: 120_000 }, async (row) => {
    const { program, steps, threads, isolated, expected } = row;
    const path: Path = isolated ? "/isolated" : "/";
    const options = { program, steps, path, ...(threads ? { threads } : {}) };
    const [inside, outside] = [await inPage(server, browser, options), await inNode(program, steps)];
    expect(inside.threads).toBe(expected);
    expect(inside.sha256).toBe(outside.sha256);
  });

  test("a page whose policy forbids blobs trains with the worker script's address", async () => {
    const options: TrainingOptions = { steps: 60, threads: 2 };
    const strict = { program: "mixed", path: "/strict", ...options } as const;
    const inside = await inPage(server, browser, { ...strict, workerUrl: "/worker.js" });
    expect(inside).toEqual({ sha256: (await inNode("mixed", 60)).sha256, threads: 2 });
    await expect(inPage(server, browser, strict)).rejects.toThrow(/wasm backend.*content security policy/);
  });

  test("other weights give another hash", async () => {
    expect((await inNode("mixed", 60)).sha256).not.toBe((await inNode("mixed", 59)).sha256);
  });
});

describe("the engine survives what bundlers do to names", () => {
  const bundles: (BundleOptions & { name: string })[] = [
    { name: "minified", minify: true, keepNames: false },
    { name: "minified, names of functions kept", minify: true, keepNames: true },
    {
      name: "minified by esbuild, which wraps functions to keep their names",
      minify: "esbuild",
      keepNames: true,
    },
    { name: "readable, names of functions kept", minify: false, keepNames: true },
  ];
  test.each(bundles)("$name", async (options) => {
    const server = await servePage(module, options);
    try {
      const result = await inPage(server, browser, {
        program: "mixed",
        steps: 60,
        threads: 2,
        path: "/isolated",
      });
      expect(result).toEqual({ sha256: (await inNode("mixed", 60)).sha256, threads: 2 });
    } finally {
      await server.close();
    }
  });
});
