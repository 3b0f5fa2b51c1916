/**
 * Puts the modules that Node imports together into a few files, of which the entries share what they have in common:
 * looking up and reading a hundred files takes Node three times as long as running them. Bundlers get single modules, of
 * which they keep what a page needs. Pages without a bundler get one file that stands alone, for training and for asking.
 *
 * node scripts/bundle.mjs [folder [folder for pages]]
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const [folder = "dist/bundled", pages = "dist/page"] = process.argv.slice(2);

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  configFile: false,
  logLevel: "warn",
  root: here(".."),
  build: {
    ssr: true,
    target: "node20",
    outDir: resolve(here(".."), folder),
    emptyOutDir: true,
    rolldownOptions: {
      preserveEntrySignatures: "strict",
      input: {
        index: here("../src/index.ts"),
        node: here("../src/node.ts"),
        predict: here("../src/predict.ts"),
        explain: here("../src/explain.ts"),
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});

for (const [name, entry] of Object.entries({ convnet: "index", predict: "predict" })) {
  await build({
    configFile: false,
    logLevel: "warn",
    root: here(".."),
    build: {
      outDir: resolve(here(".."), pages),
      emptyOutDir: false,
      lib: { entry: here(`../src/${entry}.ts`), formats: ["es"], fileName: name },
      rolldownOptions: { output: { minify: true, codeSplitting: false } },
    },
  });
}
