import { fileURLToPath } from "node:url";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, type PageServer, servePage } from "./bundled-page.ts";
import { explain } from "./explaining.ts";

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  browser = await launchChromium();
  server = await servePage(fileURLToPath(new URL("explaining.ts", import.meta.url)));
});
afterAll(async () => {
  await server?.close();
  await browser?.close();
});

test.each(["/isolated", "/"] as const)("a page at %s explains with the same bits as Node", async (path) => {
  const page = await server.open(browser, path);
  try {
    const inside = await page.evaluate(() =>
      (globalThis as unknown as { bundled: { explain: typeof explain } }).bundled.explain(),
    );
    const outside = await explain();
    expect(inside).toEqual(outside);
    const [total, stored] = inside.value as number[];
    expect(total).toBe(stored);
  } finally {
    await page.close();
  }
});
