import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadModel } from "../index.ts";
import { runCommandLine } from "./program.ts";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
type Fields = Record<string, unknown>;

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

let folder: string;
let data: string;
let spec: string;
let model: string;
const path = (...names: string[]): string => join(folder, ...names);
const train = (...argv: string[]): string[] => ["train", data, "--model", spec, ...argv];

/** Runs the command line as a process. @param whenStarted is told of the process once it writes `firstStep` */
function runProcess(argv: readonly string[], whenStarted?: (child: ChildProcess) => void): Promise<Outcome> {
  const child = spawn(process.execPath, ["--import", loader, main, ...argv], { cwd: folder });
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

/** Runs the command line in this process. */
async function run(...argv: string[]): Promise<Outcome> {
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

function jsonLines(text: string): Fields[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Fields);
}

function idx(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const head = [0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])];
  return Uint8Array.from([...head, ...bytes]);
}

/** Pictures of 8 × 8 pixels of three classes, told by which rows are bright. */
async function writeIdxFolder(
  name: string,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<string> {
  await mkdir(path(name), { recursive: true });
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
      if (file.startsWith(part)) await writeFile(path(name, file), bytes);
    }
  }
  return path(name);
}

async function writeSpec(name: string, kernelSize: number, activation = "softmax"): Promise<string> {
  const layers = [
    { type: "conv2d", filters: 4, kernelSize, activation: "relu", inputShape: [8, 8, 1] },
    { type: "flatten" },
    { type: "dense", units: 3, activation },
  ];
  await writeFile(path(name), JSON.stringify({ layers }));
  return path(name);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convnet-cli-"));
  data = await writeIdxFolder("data");
  spec = await writeSpec("spec.json", 3);
  const { code, stderr } = await run(...train("--out", path("trained"), "--epochs", "8", "--json"));
  expect(stderr).toBe("");
  expect(code).toBe(0);
  model = path("trained", "model.safetensors");
});
afterAll(() => rm(folder, { recursive: true }));

describe("convnet train", () => {
  it("saves model, report and history, and tells of it as JSON lines only", async () => {
    const argv = train("--epochs", "2", "--validation-split", "0.2", "--json");
    const { code, stdout, stderr } = await runProcess(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual(["start", "firstStep", "epoch", "epoch", "end"]);
    expect(lines[0]).toMatchObject({ trainSamples: 48, validationSamples: 12, testSamples: 20, classes: 3 });
    for (const name of ["loss", "accuracy", "valLoss", "valAccuracy", "seconds", "imagesPerSecond"]) {
      expect(lines[3][name], name).toBeTypeOf("number");
    }
    const end = lines[4];
    for (const name of ["testAccuracy", "testLoss", "imagesPerSecond", "seconds", "threads"]) {
      expect(end[name], name).toBeTypeOf("number");
    }
    expect(end.weightsSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(end.model).toMatch(/^runs\/data-[\d-]+\/model\.safetensors$/);
    const files = await readdir(path(String(end.model), ".."));
    expect(files.sort()).toEqual(["history.json", "model.safetensors", "report.html", "sample.png"]);
  });

  it("takes exactly as many steps as told, and those an unlimited run takes", async () => {
    const hash = async (...argv: string[]): Promise<Fields> => {
      const { stdout } = await run(...train("--batch-size", "16", "--out", path("steps"), "--json", ...argv));
      return jsonLines(stdout).pop() ?? {};
    };
    const twoEpochs = await hash("--epochs", "2");
    const eightSteps = await hash("--steps", "8");
    expect(eightSteps.steps).toBe(8);
    expect(eightSteps.weightsSha256).toBe(twoEpochs.weightsSha256);
    const sixSteps = await hash("--steps", "6", "--threads", "1");
    expect(sixSteps.steps).toBe(6);
    expect(sixSteps.weightsSha256).not.toBe(twoEpochs.weightsSha256);
  });

  it("learns from the first n samples only", async () => {
    const { stdout } = await run(
      ...train("--limit", "10", "--epochs", "1", "--out", path("limited"), "--json"),
    );
    expect(jsonLines(stdout)[0]).toMatchObject({ trainSamples: 10, stepsPerEpoch: 1 });
  });

  it("prints plain lines and commands to paste where nobody watches", async () => {
    const { stdout } = await run(...train("--epochs", "2", "--out", path("plain")));
    expect(stdout).toMatch(/^Epoch 1\/2 {2}.* images\/s {2}loss [\d.]+ {2}accuracy [\d.]+$/m);
    expect(stdout).toContain(pathToFileURL(path("plain", "report.html")).href);
    expect(stdout).toContain(
      `predict ${path("plain", "sample.png")} --model ${path("plain", "model.safetensors")}`,
    );
    expect(stdout).not.toContain("\u001b");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("finishes the step at %s, keeps the weights and says where", async (signal, expected) => {
    const out = path(`stopped-${signal}`);
    const argv = train("--epochs", "1000000", "--out", out, "--json");
    const { code, stdout, stderr } = await runProcess(argv, (child) => child.kill(signal));
    expect({ code, stderr }).toEqual({ code: expected, stderr: "" });
    const last = jsonLines(stdout).pop();
    expect(last).toMatchObject({ event: "interrupted", signal, model: join(out, "model.safetensors") });
    expect((await loadModel(join(out, "model.safetensors"))).outputShape).toEqual([3]);
    expect(await readFile(join(out, "history.json"), "utf8")).toContain('"stopReason": "interrupted"');
    expect(await readdir(out)).toContain("checkpoint.safetensors");
  });

  it("killed anywhere, goes on to the same end as a run that was not", async () => {
    const argv = (out: string) =>
      train("--epochs", "40", "--batch-size", "8", "--validation-split", "0.2", "--out", out, "--json");
    const whole = await runProcess(argv(path("whole")));
    const [expected] = jsonLines(whole.stdout).slice(-1);
    const out = path("killed");
    const piece = [...argv(out), "--checkpoint-every", "1", "--resume"];
    let [last] = [{} as Fields];
    let kills = 0;
    for (; kills < 6 && last.event !== "end"; kills++) {
      const killSoon = (child: ChildProcess) => setTimeout(() => child.kill("SIGKILL"), 30 + 40 * kills);
      [last] = jsonLines((await runProcess(piece, kills < 3 ? killSoon : undefined)).stdout).slice(-1);
    }
    expect(kills).toBeGreaterThan(1);
    expect(last).toMatchObject({
      event: "end",
      weightsSha256: expected.weightsSha256,
      steps: expected.steps,
    });
    const epochsOf = async (folder: string) => {
      const { epochs } = JSON.parse(await readFile(join(folder, "history.json"), "utf8"));
      return epochs.map(({ epoch, logs }: Fields) => ({ epoch, logs }));
    };
    expect(await epochsOf(out)).toEqual(await epochsOf(path("whole")));
  }, 60_000);

  it("asks for the folder of the run it should go on with", async () => {
    const { code, stderr } = await run(...train("--resume"));
    expect(code).not.toBe(0);
    expect(stderr).toContain("--resume: expected --out with the folder of the run, got none.");
  });
});

describe("bad input", () => {
  it("ends a process with 1, one line on stderr, and nothing written", async () => {
    const truncated = { "train-images-idx3-ubyte": idx([60, 8, 8], new Uint8Array(100)) };
    const broken = await writeIdxFolder("truncated", truncated);
    const { code, stdout, stderr } = await runProcess(["train", broken, "--out", path("a/b")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^convnet: .*train-images-idx3-ubyte, byte 116: expected 3840 numbers .*, got .*100\.\n$/,
    );
    expect(existsSync(path("a"))).toBe(false);
  });

  it("ends a process with 2 for an option that does not exist", async () => {
    const { code, stderr } = await runProcess(["train", "--epoch", "3"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "convnet: unknown option '--epoch' (Did you mean --epochs?)\n",
    });
  });

  it("ends a process with 3 if the loss is not finite, and leaves nothing behind", async () => {
    const argv = train("--learning-rate", "1e20", "--out", path("c/d"), "--json");
    const { code, stdout, stderr } = await runProcess(argv);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^convnet: epoch \d+, step \d+: expected a finite loss, got .*lower learning rate.*\n$/,
    );
    expect(jsonLines(stdout).map(({ event }) => event)).not.toContain("end");
    expect(existsSync(path("c"))).toBe(false);
  });

  it.each<[string, () => Promise<string[]>, RegExp]>([
    [
      "other numbers of images and labels",
      async () => [
        "train",
        await writeIdxFolder("counts", { "train-labels-idx1-ubyte": idx([59], new Uint8Array(59)) }),
      ],
      /counts.*expected as many labels as images, got 60 images, 59 labels/,
    ],
    [
      "a training label without an output",
      async () => {
        const labels = Uint8Array.from({ length: 60 }, (_, i) => (i === 7 ? 9 : i % 3));
        const broken = await writeIdxFolder("label", { "train-labels-idx1-ubyte": idx([60], labels) });
        return ["train", broken, "--model", spec];
      },
      /training labels: expected labels from 0 to 2.*got 9 for sample 7/,
    ],
    [
      "a test label without an output, before training",
      async () => {
        const labels = Uint8Array.from({ length: 20 }, (_, i) => (i === 4 ? 3 : 0));
        const broken = await writeIdxFolder("test-label", { "t10k-labels-idx1-ubyte": idx([20], labels) });
        return ["train", broken, "--model", spec];
      },
      /test labels: expected labels from 0 to 2.*got 3 for sample 4/,
    ],
    [
      "labels with a gap, where nobody says how many classes there are",
      async () => {
        const labels = Uint8Array.from({ length: 60 }, (_, i) => (i === 7 ? 9 : i % 3));
        return ["train", await writeIdxFolder("gap", { "train-labels-idx1-ubyte": idx([60], labels) })];
      },
      /without gaps, got label 9 for sample 7, but 3 for none.*--classes 10/,
    ],
    [
      "test images of another size",
      async () => {
        const images = idx([20, 4, 4], new Uint8Array(320));
        return [
          "train",
          await writeIdxFolder("sizes", { "t10k-images-idx3-ubyte": images }),
          "--model",
          spec,
        ];
      },
      /test images: expected \[8, 8, 1\].*got \[4, 4, 1\]/,
    ],
    [
      "a kernel larger than the image",
      async () => ["train", data, "--model", await writeSpec("large.json", 9)],
      /conv2d: expected .*9.*got .*8/,
    ],
    [
      "a last layer that gives no probabilities",
      async () => ["train", data, "--model", await writeSpec("linear.json", 3, "linear")],
      /linear\.json, dense: expected a last layer .*got output \[null, 3\] with activation "linear"/,
    ],
    [
      "a spec that is not JSON",
      async () => {
        await writeFile(path("broken.json"), '{"layers": [');
        return ["train", data, "--model", path("broken.json")];
      },
      /broken\.json: expected JSON, got /,
    ],
    ["a data set that is nowhere", async () => ["train", "mnits"], /got "mnits"\. Did you mean "mnist"\?/],
    [
      "an output folder that is a file",
      async () => train("--out", spec),
      /spec\.json: expected a place to write to/,
    ],
    [
      "a split that leaves nothing",
      async () => train("--limit", "1", "--validation-split", "0.5"),
      /samples on both sides, got 0\.5 of 1/,
    ],
    [
      "a limit beyond the data",
      async () => train("--limit", "61"),
      /--limit: expected at most the 60 samples.*got 61/,
    ],
    [
      "a number of classes beside a spec",
      async () => train("--classes", "3"),
      /--classes: expected no --model/,
    ],
    ["a model that is none", async () => ["evaluate", spec, data], /spec\.json/],
    [
      "a picture that cannot be read, though another can",
      async () => {
        await writeFile(path("text.png"), "not an image");
        return ["predict", path("trained", "sample.png"), path("text.png"), "--model", model];
      },
      /text\.png: expected a PNG.*image, got /,
    ],
    [
      "a blank picture for a digit",
      async () => ["predict", spec, "--fit", "digit", "--model", model],
      /expected a model that takes 28 × 28/,
    ],
  ])(
    "refuses %s: exit code 1, one line that says what and where, nothing written",
    async (_what, prepare, message) => {
      const argv = await prepare();
      const before = await readdir(folder);
      const { code, stdout, stderr } = await run(...argv);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^convnet: [^\n]+\n$/);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(await readdir(folder)).toEqual(before);
    },
  );
});

describe("what is done with a saved model", () => {
  it("evaluates to the numbers that training reported, on the data it was trained on", async () => {
    const { stdout } = await run("evaluate", model, "--json");
    const [line] = jsonLines(stdout);
    const record = JSON.parse(await readFile(path("trained", "history.json"), "utf8")) as {
      test: Fields;
      weightsSha256: string;
    };
    expect(line).toMatchObject({ dataset: "data", samples: 20, testAccuracy: record.test.accuracy });
    expect(line.testLoss).toBeCloseTo(Number(record.test.loss), 10);
    expect(line.weightsSha256).toBe(record.weightsSha256);
  });

  it("predicts pictures of any size, each as a JSON line", async () => {
    const large = encode({
      width: 16,
      height: 16,
      channels: 1,
      data: Uint8Array.from({ length: 256 }, (_, i) => (i < 96 ? 220 : 20)),
    });
    await writeFile(path("large.png"), large);
    const { code, stdout } = await run(
      "predict",
      path("trained", "sample.png"),
      path("large.png"),
      "--model",
      model,
      "--json",
    );
    expect(code).toBe(0);
    for (const line of jsonLines(stdout)) {
      expect(line).toMatchObject({ label: 0, name: "0" });
      const sum = Object.values(line.probabilities as Record<string, number>).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it("shows the picture as the network saw it, and the best class first", async () => {
    const { stdout } = await run("predict", path("trained", "sample.png"), "--model", model, "--show");
    expect(stdout).toContain(`┌${"─".repeat(16)}┐`);
    expect(stdout).toMatch(/▸ 0 +\d+\.\d %/);
  });

  it("draws a network as SVG, whole or not at all", async () => {
    expect((await run("summary", "--model", model, "--svg", path("network.svg"))).code).toBe(0);
    expect(await readFile(path("network.svg"), "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    const { code, stdout, stderr } = await run("summary", "--svg", path("nowhere", "network.svg"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/expected a place to write to, got no such folder/);
  });

  it("prints the layers of a saved model and of a spec", async () => {
    for (const file of [model, spec]) {
      const { code, stdout } = await run("summary", "--model", file);
      expect(code).toBe(0);
      expect(stdout).toMatch(/conv2d.*\n.*flatten.*\n.*dense/);
    }
  });
});

describe("convnet doctor", () => {
  it("says what the machine can do, and that a training step comes out right", async () => {
    const { code, stdout } = await run("doctor", "--json");
    expect(code).toBe(0);
    const [line] = jsonLines(stdout);
    expect(line).toMatchObject({
      node: process.versions.node,
      simd: true,
      threads: true,
      selfTest: { isRight: true },
    });
    expect(line.datasets).toMatchObject([{ name: "MNIST" }, { name: "Fashion-MNIST" }]);
  });
});
