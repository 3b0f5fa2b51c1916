import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLineFolder, jsonLines, run } from "../../../test/command-line.ts";

let cli: CommandLineFolder;
let model: string;

beforeAll(async () => {
  cli = await CommandLineFolder.create();
  model = await cli.trainModel();
});
afterAll(() => cli.remove());

/** The pictures of a page by their description. */
function picturesOf(page: string): Map<string, ReturnType<typeof decode>> {
  const found = page.matchAll(/<img alt="([^"]*)" src="data:image\/png;base64,([^"]*)">/g);
  return new Map([...found].map(([, alt, base64]) => [alt, decode(Buffer.from(base64, "base64"))]));
}

describe("convnet explain", () => {
  it("writes one page with the picture, Grad-CAM of three classes, saliency, occlusion and feature maps", async () => {
    const out = cli.path("why.html");
    const sample = cli.path("trained", "sample.png");
    const { code, stdout, stderr } = await run("explain", sample, "--model", model, "--out", out, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [{ label, probability, page }] = jsonLines(stdout);
    const [told] = jsonLines((await run("predict", sample, "--model", model, "--json")).stdout);
    expect({ label, probability, page }).toEqual({
      label: told.label,
      probability: told.probability,
      page: out,
    });
    const html = await readFile(out, "utf8");
    const pictures = picturesOf(html);
    expect([...pictures.keys()].sort()).toEqual([
      "Feature maps of conv2d",
      "Grad-CAM for 0",
      "Grad-CAM for 1",
      "Grad-CAM for 2",
      "Occlusion for 0",
      "Saliency for 0",
      "The picture as it enters the network",
    ]);
    for (const [alt, { width, height }] of pictures)
      if (!alt.startsWith("Feature")) expect([width, height]).toEqual([224, 224]);
    /* Nothing is asked of any other place. */
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).not.toMatch(/<script/);
  });

  it("shows the picture as the network saw it, pixel for pixel", async () => {
    const out = cli.path("seen.html");
    await run("explain", cli.path("trained", "sample.png"), "--model", model, "--out", out);
    const seen = picturesOf(await readFile(out, "utf8")).get("The picture as it enters the network");
    const sample = decode(await readFile(cli.path("trained", "sample.png")));
    const largest = Math.max(...Array.from(sample.data));
    for (const [i, byte] of Array.from(sample.data).entries()) {
      const at = (Math.floor(i / 8) * 28 * 224 + (i % 8) * 28) * 3;
      expect(Math.abs(Number(seen?.data[at]) - (byte / largest) * 255)).toBeLessThanOrEqual(1);
    }
  });

  it("says in one line what is wrong, and writes nothing", async () => {
    const out = cli.path("nothing.html");
    const sample = cli.path("trained", "sample.png");
    const cases: [string[], RegExp][] = [
      [["explain", cli.path("none.png"), "--model", model, "--out", out], /none\.png.*no such file/],
      [["explain", sample, "--model", cli.spec, "--layer", "conv", "--out", out], /Did you mean "conv2d"/],
      [["explain", sample, "--model", model, "--layer", "dense", "--out", out], /a layer of images/],
    ];
    for (const [argv, message] of cases) {
      const { code, stdout, stderr } = await run(...argv);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(message);
    }
    expect(existsSync(out)).toBe(false);
  });
});

describe("convnet kernels", () => {
  it("writes the table of kernels on a photo", async () => {
    const out = cli.path("kernels.html");
    const { code, stderr } = await run("kernels", "examples/images/cat.jpg", "--size", "60", "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const html = await readFile(out, "utf8");
    const pictures = [...picturesOf(html).values()];
    expect(pictures).toHaveLength(8);
    const [identity, sharp] = pictures;
    expect(Math.max(identity.width, identity.height)).toBe(60);
    expect(html).toContain('<td class="number">1/9</td>');
    expect(html).toContain('<td class="number">36/256</td>');
    /* A pixel inside: five times itself less its four neighbours, in each colour. */
    const { width, data } = identity;
    const at = (y: number, x: number, c: number): number => Number(data[(y * width + x) * 3 + c]);
    for (const [y, x, c] of [
      [7, 11, 0],
      [20, 30, 1],
      [30, 5, 2],
    ]) {
      const sum = 5 * at(y, x, c) - at(y - 1, x, c) - at(y + 1, x, c) - at(y, x - 1, c) - at(y, x + 1, c);
      expect(Number(sharp.data[(y * width + x) * 3 + c])).toBe(Math.min(255, Math.max(0, sum)));
    }
  });
});
