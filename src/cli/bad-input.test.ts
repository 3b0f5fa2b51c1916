import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLineFolder, idx, jsonLines, run } from "../../test/command-line.ts";

let cli: CommandLineFolder;
let folder: string;
let data: string;
let spec: string;
let model: string;
const path = (...names: string[]): string => cli.path(...names);
const train = (...argv: string[]): string[] => cli.train(...argv);

beforeAll(async () => {
  cli = await CommandLineFolder.create();
  ({ folder, data, spec } = cli);
  model = await cli.trainModel();
});
afterAll(() => cli.remove());

describe("bad input", () => {
  it("ends a process with 1, one line on stderr, and nothing written", async () => {
    const truncated = { "train-images-idx3-ubyte": idx([60, 8, 8], new Uint8Array(100)) };
    const broken = await cli.writeIdxFolder("truncated", truncated);
    const { code, stdout, stderr } = await cli.runProcess(["train", broken, "--out", path("a/b")]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^convnet: .*train-images-idx3-ubyte, byte 116: expected 3840 numbers .*, got .*100\.\n$/,
    );
    expect(existsSync(path("a"))).toBe(false);
  });

  it("ends a process with 2 for an option that does not exist", async () => {
    const { code, stderr } = await cli.runProcess(["train", "--epoch", "3"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "convnet: unknown option '--epoch' (Did you mean --epochs?)\n",
    });
  });

  it("ends a process with 3 if the loss is not finite, and leaves nothing behind", async () => {
    const argv = train("--learning-rate", "1e20", "--out", path("c/d"), "--json");
    const { code, stdout, stderr } = await cli.runProcess(argv);
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
        await cli.writeIdxFolder("counts", { "train-labels-idx1-ubyte": idx([59], new Uint8Array(59)) }),
      ],
      /counts.*expected as many labels as images, got 60 images, 59 labels/,
    ],
    [
      "a training label without an output",
      async () => {
        const labels = Uint8Array.from({ length: 60 }, (_, i) => (i === 7 ? 9 : i % 3));
        const broken = await cli.writeIdxFolder("label", { "train-labels-idx1-ubyte": idx([60], labels) });
        return ["train", broken, "--model", spec];
      },
      /training labels: expected labels from 0 to 2.*got 9 for sample 7/,
    ],
    [
      "a test label without an output, before training",
      async () => {
        const labels = Uint8Array.from({ length: 20 }, (_, i) => (i === 4 ? 3 : 0));
        const broken = await cli.writeIdxFolder("test-label", {
          "t10k-labels-idx1-ubyte": idx([20], labels),
        });
        return ["train", broken, "--model", spec];
      },
      /test labels: expected labels from 0 to 2.*got 3 for sample 4/,
    ],
    [
      "labels with a gap, where nobody says how many classes there are",
      async () => {
        const labels = Uint8Array.from({ length: 60 }, (_, i) => (i === 7 ? 9 : i % 3));
        return ["train", await cli.writeIdxFolder("gap", { "train-labels-idx1-ubyte": idx([60], labels) })];
      },
      /without gaps, got label 9 for sample 7, but 3 for none.*--classes 10/,
    ],
    [
      "test images of another size",
      async () => {
        const images = idx([20, 4, 4], new Uint8Array(320));
        return [
          "train",
          await cli.writeIdxFolder("sizes", { "t10k-images-idx3-ubyte": images }),
          "--model",
          spec,
        ];
      },
      /test images: expected \[8, 8, 1\].*got \[4, 4, 1\]/,
    ],
    [
      "a kernel larger than the image",
      async () => ["train", data, "--model", await cli.writeSpec("large.json", 9)],
      /conv2d: expected .*9.*got .*8/,
    ],
    [
      "a last layer that gives no probabilities",
      async () => ["train", data, "--model", await cli.writeSpec("linear.json", 3, "linear")],
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
