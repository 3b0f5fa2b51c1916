/** A module bundled for browsers and served to a headless Chromium, with or without cross-origin isolation. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { build, type Rolldown } from "vite";
import { findBrowser } from "../../scripts/find-browser.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the bundler does to names. */
export interface BundleOptions {
  /** By Vite's own minifier, by esbuild, or not at all. Default true. */
  readonly minify?: boolean | "esbuild";
  /** Whether functions keep their names, which makes bundlers wrap them in a helper. Default false. */
  readonly keepNames?: boolean;
}

export function launchChromium(): Promise<Browser> {
  return findBrowser().then((options) => chromium.launch(options));
}

/** The module's code, with its exports as `globalThis.bundled`. */
async function bundle(path: string, { minify = true, keepNames = false }: BundleOptions) {
  const entry = here("bundled-page-entry.ts");
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: here("../.."),
    resolve: {
      alias: {
        "convnet/explain": here("../../src/explain.ts"),
        "convnet/predict": here("../../src/predict.ts"),
        convnet: here("../../src/index.ts"),
      },
    },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? `import * as bundled from ${JSON.stringify(path)}; Object.assign(globalThis, { bundled });`
            : undefined,
      },
    ],
    ...(minify === "esbuild" ? { esbuild: { keepNames } } : {}),
    build: {
      write: false,
      minify,
      modulePreload: false,
      rolldownOptions: {
        input: { entry, worker: here("../../src/worker.ts") },
        output: { keepNames, entryFileNames: "[name].js" },
      },
    },
  });
  const { output } = result as Rolldown.RolldownOutput;
  return new Map(
    output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  );
}

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Scripts from the page's own origin only: no blobs. */
const policy = { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'" };

/** Headers of the pages, by path. */
const pages = {
  "/": {},
  "/isolated": isolation,
  "/strict": { ...isolation, ...policy },
};

export interface PageServer {
  /**
   * Opens a page that has loaded the module; the engine's worker script is at `/worker.js`. Errors in the page reject
   * whatever is evaluated there next.
   */
  open(browser: Browser, path: keyof typeof pages): Promise<Page>;
  close(): Promise<void>;
}

/** @param path of the module, absolute */
export async function servePage(path: string, options: BundleOptions = {}): Promise<PageServer> {
  const files = await bundle(path, options);
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://page");
    const file = files.get(pathname);
    if (file !== undefined) {
      response.writeHead(200, { "Content-Type": "text/javascript", ...isolation }).end(file);
      return;
    }
    const headers = pages[pathname as keyof typeof pages];
    response
      .writeHead(200, { "Content-Type": "text/html", ...headers })
      .end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/entry.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async open(browser, path) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}${path}`);
      await page.waitForFunction(() => "bundled" in globalThis);
      return page;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
