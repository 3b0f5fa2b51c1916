import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/find-browser.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by name, as examples and whole-program tests import it. */
const alias = {
  "convnet/node": here("src/node.ts"),
  convnet: here("src/index.ts"),
};

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig(async () => {
  const wantsBrowser = process.argv.some((argument) => argument.includes("browser"));
  const browser = wantsBrowser ? await findBrowser() : undefined;
  return {
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
              provider: playwright({
                launchOptions: browser
                  ? { executablePath: browser.executablePath, args: browser.args, env: browser.env }
                  : {},
              }),
              instances: [{ browser: "chromium" }],
            },
          },
        },
      ],
    },
  };
});
