import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/find-browser.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by name, as examples and whole-program tests import it. */
const alias = {
  "convnet/node": here("src/node.ts"),
  "convnet/predict": here("src/predict.ts"),
  "convnet/explain": here("src/explain.ts"),
  convnet: here("src/index.ts"),
};

/** What a page needs so that its threads may share memory. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const isBrowserRun = process.argv.includes("browser") || process.argv.includes("--project=browser");
const launchOptions = isBrowserRun ? await findBrowser() : {};

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts", "node_modules/**"],
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        server: { headers: isolation },
        test: {
          name: "browser",
          include: ["src/**/*.browser.test.ts", "test/**/*.browser.test.ts"],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
