import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLineFolder, jsonLines, run } from "../../test/command-line.ts";
import { createRandom } from "../core/random.ts";
import { loadModel } from "../index.ts";
import { autoNetwork } from "./auto-network.ts";

let cli: CommandLineFolder;
let photos: string;
beforeAll(async () => {
  cli = await CommandLineFolder.create();
  photos = await writePhotos("photos", 30);
});
afterAll(() => cli.remove());

/** 12 × 12 pixels: dark noise, brighter in red or in blue. */
function photo(isRed: boolean, seed: number): Uint8Array {
  const random = createRandom(seed, "photo");
  const data = Uint8Array.from({ length: 12 * 12 * 3 }, (_, i) => {
    return (i % 3 === (isRed ? 0 : 2) ? 130 : 0) + random.below(80);
  });
  return encode({ width: 12, height: 12, channels: 3, data });
}

async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const path = cli.path(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return cli.path(folder);
}

function writePhotos(folder: string, count: number): Promise<string> {
  const names = Array.from({ length: count }, (_, i) => [
    `${i % 2 ? "red" : "blue"}/${i}.png`,
    photo(i % 2 === 1, i),
  ]);
  return writeFiles(folder, Object.fromEntries(names));
}

const quick = ["--epochs", "3", "--batch-size", "4", "--threads", "1", "--json"];

describe("convnet train ./photos", () => {
  it("trains on a folder of images, and the model knows its classes", async () => {
    const out = cli.path("from-photos");
    const { code, stdout, stderr } = await run("train", photos, ...quick, "--epochs", "12", "--out", out);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Chose a network: 12 × 12 × 3"),
    });
    const [start] = jsonLines(stdout);
    expect(start).toMatchObject({ trainSamples: 24, testSamples: 6, classes: 2, inputShape: [12, 12, 3] });
    const end = jsonLines(stdout).pop();
    expect(end?.testAccuracy).toBeGreaterThan(0.8);
    const model = await loadModel(join(out, "model.keras"));
    expect(model.meaning.classNames).toEqual(["blue", "red"]);
    const [{ name }] = await model.classify(photo(true, 1001));
    expect(name).toBe("red");
    const { stdout: seen } = await run(
      "predict",
      join(photos, "blue/0.png"),
      "--model",
      join(out, "model.keras"),
      "--json",
    );
    expect(jsonLines(seen)[0].name).toBe("blue");
  });

  it("measures on the share that was held back, without being told again how the images are read", async () => {
    const out = cli.path("resized");
    const sizes = ["--image-size", "8x10", "--channels", "1", "--test-split", "0.4", "--seed", "5"];
    const { stdout } = await run("train", photos, ...quick, ...sizes, "--out", out);
    expect(jsonLines(stdout)[0]).toMatchObject({ trainSamples: 18, testSamples: 12, inputShape: [8, 10, 1] });
    const trained = jsonLines(stdout).pop();
    const { stdout: again } = await run("evaluate", join(out, "model.keras"), "--json");
    expect(jsonLines(again)[0]).toMatchObject({ samples: 12, testAccuracy: trained?.testAccuracy });
  });

  it("takes folders train and test as they are", async () => {
    const both = cli.path("both");
    await writePhotos("both/train", 10);
    await writePhotos("both/test", 4);
    const { stdout } = await run("train", both, ...quick, "--out", cli.path("from-both"));
    expect(jsonLines(stdout)[0]).toMatchObject({ dataset: "both", trainSamples: 10, testSamples: 4 });
    await writeFiles("both/test", { "middle/1.png": photo(true, 1) });
    const { code, stderr } = await run("train", both, ...quick);
    expect(code).toBe(1);
    expect(stderr).toContain("expected the classes of");
  });

  it("stops at files that cannot be read, or lists what it left out", async () => {
    await writePhotos("damaged", 10);
    const damaged = await writeFiles("damaged", {
      "red/empty.png": "",
      "red/notes.txt": "x",
      "blue/cut.png": photo(true, 1).subarray(0, 40),
    });
    const stopped = await run("train", damaged, ...quick);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toMatch(/^convnet: .*red\/empty\.png: .*an empty file.*--skip-bad/);
    const { code, stderr } = await run(
      "train",
      damaged,
      ...quick,
      "--skip-bad",
      "--out",
      cli.path("skipped"),
    );
    expect(code).toBe(0);
    expect(stderr).toContain("Left out (2):");
    expect(stderr).toContain("blue/cut.png: expected a whole PNG");
    expect(stderr).toContain("Ignored (1):");
  });

  it("says what to say for images of different sizes", async () => {
    await writePhotos("mixed", 6);
    const wide = encode({ width: 20, height: 12, channels: 3, data: new Uint8Array(720) });
    const { code, stderr } = await run(
      "train",
      await writeFiles("mixed", { "red/wide.png": wide }),
      ...quick,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/wide\.png: expected 12 × 12 pixels, as .*, got 20 × 12 pixels\. .*--image-size/);
  });
});

describe("convnet train table.csv", () => {
  const rows = (count: number): string =>
    Array.from({ length: count }, (_, i) => {
      const random = createRandom(i, "row");
      const pixels = Array.from(
        { length: 16 },
        (_, p) => (p % 4 < 2 === (i % 2 === 0) ? 9 : 0) + random.below(8),
      );
      return `${i % 2 ? "odd" : "even"},${pixels.join()}`;
    }).join("\n");

  it("trains on a table, and measures on another", async () => {
    const table = await writeFiles("tables", { "train.csv": rows(40), "test.csv": rows(10) });
    const argv = [
      "train",
      join(table, "train.csv"),
      "--test",
      join(table, "test.csv"),
      "--label-column",
      "first",
    ];
    const out = cli.path("from-table");
    const { stdout } = await run(...argv, "--max-value", "16", ...quick, "--epochs", "8", "--out", out);
    expect(jsonLines(stdout)[0]).toMatchObject({
      trainSamples: 40,
      testSamples: 10,
      classes: 2,
      inputShape: [4, 4, 1],
    });
    expect(jsonLines(stdout).pop()?.testAccuracy).toBeGreaterThan(0.8);
    const history = JSON.parse(await readFile(join(out, "history.json"), "utf8"));
    expect(history.data).toMatchObject({ maxValue: 16, labelColumn: "first", test: join(table, "test.csv") });
    const { code, stderr } = await run(...argv, ...quick);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  it("holds a share back where there is no other table", async () => {
    const table = await writeFiles("tables", { "all.csv": rows(20) });
    const argv = ["train", join(table, "all.csv"), "--label-column", "first", "--out", cli.path("held")];
    const { stdout } = await run(...argv, ...quick);
    expect(jsonLines(stdout)[0]).toMatchObject({ trainSamples: 16, testSamples: 4 });
  });
});

describe("--augment", () => {
  it("changes pictures while training, and says how", async () => {
    const out = cli.path("augmented");
    const { code, stderr } = await run("train", photos, ...quick, "--augment", "--out", out);
    expect(code).toBe(0);
    expect(stderr).toContain("Changes every picture a little");
    const model = await loadModel(join(out, "model.keras"));
    expect(model.layers[0].type).toBe("randomTranslation");
    expect(model.layers.filter(({ type }) => type.startsWith("random")).length).toBe(5);
  });
});

describe("the network that is chosen", () => {
  it.each([
    ["8 × 8", [8, 8, 1], [32, 64, 128], 0],
    ["28 × 28", [28, 28, 1], [32, 64, 128], 2],
    ["32 × 32", [32, 32, 3], [32, 64, 128], 2],
    ["64 × 64", [64, 64, 3], [16, 32, 64], 3],
    ["100 × 100", [100, 100, 3], [16, 32, 64, 128], 4],
    ["a line", [1, 40, 1], [32, 64, 128], 0],
  ] as const)("for %s", (_name, shape, filters, pools) => {
    const { layers } = autoNetwork(shape, 10);
    expect(layers.flatMap((layer) => (layer.type === "conv2d" ? [layer.filters] : []))).toEqual([...filters]);
    expect(layers.filter(({ type }) => type === "maxPooling2d").length).toBe(pools);
    expect(layers[layers.length - 1]).toMatchObject({ type: "dense", units: 10 });
  });
});
