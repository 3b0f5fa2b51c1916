/**
 * Finds a Chromium for the tests: `CONVNET_BROWSER`, the one Playwright downloaded, the system's, and last the one in
 * the npm package `@sparticuz/chromium`, which needs neither root nor a download (Linux x64).
 */
import { execFile } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

export interface Browser {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** Headless, without a sandbox (containers have none), and without asking the network for anything. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const systemPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const environment = (extra: Record<string, string> = {}): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  ...extra,
});

/** Unpacks Chromium and the libraries that minimal systems lack into a folder of its own, once. */
async function packagedBrowser(): Promise<Browser | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = join(tmpdir(), "convnet-chromium");
  await mkdir(folder, { recursive: true });
  process.env.TMPDIR = folder;
  const { default: chromium } = await import("@sparticuz/chromium");
  const executablePath = await chromium.executablePath();
  const libraries = join(folder, "al2023");
  if (!(await exists(join(libraries, "lib")))) {
    await mkdir(libraries, { recursive: true });
    const root = dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium/package.json"));
    const archive = join(folder, "al2023.tar");
    const packed = await readFile(join(root, "bin", "al2023.tar.br"));
    await writeFile(archive, await promisify(brotliDecompress)(packed));
    await promisify(execFile)("tar", ["-xf", archive, "-C", libraries]);
  }
  return { executablePath, args, env: environment({ LD_LIBRARY_PATH: join(libraries, "lib") }) };
}

/** @throws Error naming all the places that were looked at. */
export async function findBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright");
  const candidates = [process.env.CONVNET_BROWSER, chromium.executablePath(), ...systemPaths];
  for (const executablePath of candidates) {
    if (executablePath && (await exists(executablePath))) return { executablePath, args, env: environment() };
  }
  const packaged = await packagedBrowser();
  if (packaged) return packaged;
  throw new Error(
    [
      "No Chromium for the browser tests. Looked at:",
      "  the environment variable CONVNET_BROWSER,",
      `  Playwright's own (${chromium.executablePath()}; "npx playwright install chromium"),`,
      `  ${systemPaths.join(", ")},`,
      '  the npm package "@sparticuz/chromium" (Linux x64 only).',
    ].join("\n"),
  );
}
