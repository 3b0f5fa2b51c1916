import type { ChildProcess } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLineFolder, type Fields, jsonLines, run } from "../../test/command-line.ts";
import { loadModel } from "../index.ts";

let cli: CommandLineFolder;
let spec: string;
let model: string;
const path = (...names: string[]): string => cli.path(...names);
const train = (...argv: string[]): string[] => cli.train(...argv);

beforeAll(async () => {
  cli = await CommandLineFolder.create();
  ({ spec } = cli);
  model = await cli.trainModel();
});
afterAll(() => cli.remove());

describe("convnet train", () => {
  it("saves model, report and history, and tells of it as JSON lines only", async () => {
    const argv = train("--epochs", "2", "--validation-split", "0.2", "--json");
    const { code, stdout, stderr } = await cli.runProcess(argv);
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
    expect(end.model).toMatch(/^runs\/data-[\d-]+\/model\.keras$/);
    const files = await readdir(path(String(end.model), ".."));
    expect(files.sort()).toEqual(["history.json", "model.keras", "report.html", "sample.png"]);
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
      `predict ${path("plain", "sample.png")} --model ${path("plain", "model.keras")}`,
    );
    expect(stdout).not.toContain("\u001b");
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("finishes the step at %s, keeps the weights and says where", async (signal, expected) => {
    const out = path(`stopped-${signal}`);
    const argv = train("--epochs", "1000000", "--out", out, "--json");
    const { code, stdout, stderr } = await cli.runProcess(argv, (child) => child.kill(signal));
    expect({ code, stderr }).toEqual({ code: expected, stderr: "" });
    const last = jsonLines(stdout).pop();
    expect(last).toMatchObject({ event: "interrupted", signal, model: join(out, "model.keras") });
    expect((await loadModel(join(out, "model.keras"))).outputShape).toEqual([3]);
    expect(await readFile(join(out, "history.json"), "utf8")).toContain('"stopReason": "interrupted"');
    expect(await readdir(out)).toContain("checkpoint.safetensors");
  });

  it("killed anywhere, goes on to the same end as a run that was not", async () => {
    const argv = (out: string) =>
      train("--epochs", "40", "--batch-size", "8", "--validation-split", "0.2", "--out", out, "--json");
    const whole = await cli.runProcess(argv(path("whole")));
    const [expected] = jsonLines(whole.stdout).slice(-1);
    const out = path("killed");
    const piece = [...argv(out), "--checkpoint-every", "1", "--resume"];
    let [last] = [{} as Fields];
    let kills = 0;
    for (; kills < 6 && last.event !== "end"; kills++) {
      const killSoon = (child: ChildProcess) => setTimeout(() => child.kill("SIGKILL"), 30 + 40 * kills);
      [last] = jsonLines((await cli.runProcess(piece, kills < 3 ? killSoon : undefined)).stdout).slice(-1);
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
