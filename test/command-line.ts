import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { vi } from "vitest";
import { runCommandLine } from "../src/cli/program.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export type Fields = Record<string, unknown>;

const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Lines of JSON, one object each. */
export function jsonLines(text: string): Fields[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Fields);
}

/** An IDX file of bytes. */
export function idx(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const head = [0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])];
  return Uint8Array.from([...head, ...bytes]);
}

/** Runs the command line in this process. */
export async function run(...argv: string[]): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await runCommandLine(argv), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A folder with small data, a network for it, and, after `train`, that network trained. */
export class CommandLineFolder {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<CommandLineFolder> {
    const made = new CommandLineFolder(await mkdtemp(join(tmpdir(), "convnet-cli-")));
    await made.writeIdxFolder("data");
    await made.writeSpec("spec.json", 3);
    return made;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  get data(): string {
    return this.path("data");
  }

  get spec(): string {
    return this.path("spec.json");
  }

  /** Arguments that train the small network on the small data. */
  train(...argv: string[]): string[] {
    return ["train", this.data, "--model", this.spec, ...argv];
  }

  /** Trains for 8 epochs. @returns the model's file, in the folder `trained` */
  async trainModel(): Promise<string> {
    const { code, stderr } = await run(
      ...this.train("--out", this.path("trained"), "--epochs", "8", "--json"),
    );
    if (code !== 0 || stderr !== "") throw new Error(`training ended with ${code}: ${stderr}`);
    return this.path("trained", "model.keras");
  }

  /** Runs the command line as a process. @param whenStarted is told of the process once it writes `firstStep` */
  runProcess(argv: readonly string[], whenStarted?: (child: ChildProcess) => void): Promise<Outcome> {
    const child = spawn(process.execPath, ["--import", loader, main, ...argv], { cwd: this.folder });
    const written = { stdout: "", stderr: "" };
    let isTold = false;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        written[name] += text;
        if (isTold || !written.stdout.includes("firstStep")) return;
        isTold = true;
        whenStarted?.(child);
      });
    }
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...written })));
  }

  /** Pictures of 8 × 8 pixels of three classes, told by which rows are bright. */
  async writeIdxFolder(name: string, files: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
    await mkdir(this.path(name), { recursive: true });
    for (const [part, count] of [
      ["train", 60],
      ["t10k", 20],
    ] as const) {
      const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
      const images = Uint8Array.from({ length: count * 64 }, (_, at) => {
        const row = Math.floor((at % 64) / 8);
        return Math.floor(row / 3) === labels[Math.floor(at / 64)] ? 200 + ((at * 7) % 50) : (at * 13) % 60;
      });
      const pair = {
        [`${part}-images-idx3-ubyte`]: idx([count, 8, 8], images),
        [`${part}-labels-idx1-ubyte`]: idx([count], labels),
      };
      for (const [file, bytes] of Object.entries({ ...pair, ...files })) {
        if (file.startsWith(part)) await writeFile(this.path(name, file), bytes);
      }
    }
    return this.path(name);
  }

  async writeSpec(name: string, kernelSize: number, activation = "softmax"): Promise<string> {
    const layers = [
      { type: "conv2d", filters: 4, kernelSize, activation: "relu", inputShape: [8, 8, 1] },
      { type: "flatten" },
      { type: "dense", units: 3, activation },
    ];
    await writeFile(this.path(name), JSON.stringify({ layers }));
    return this.path(name);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
