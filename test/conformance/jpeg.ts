/** JPEG files of the jpeg-js project: 21 that must decode, 9 of them with reference pixels. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readImage } from "convnet/node";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** Decoders differ in how they transform and upsample. */
const mostDifference = 8;
const mostMean = 1;

export async function jpeg(folder: string): Promise<Outcome[]> {
  const files = await readdir(folder);
  const outcomes: Outcome[] = [];
  for (const file of files.filter((name) => name.endsWith(".jpg")).sort()) {
    const name = file.slice(0, -".jpg".length);
    const references = ["rgba", "rgb"].map((end) => `${name}.${end}`).filter((each) => files.includes(each));
    const run = () =>
      compare(
        join(folder, file),
        references.map((each) => join(folder, each)),
      );
    outcomes.push(await outcomeOf(references.length > 0 ? "jpeg" : "jpeg decodes", name, run));
  }
  return outcomes;
}

async function compare(path: string, references: readonly string[]): Promise<string | undefined> {
  const { width, height, data } = await readImage(path, { channels: 3 });
  if (data.length !== width * height * 3) return `${data.length} samples for ${width} × ${height}`;
  for (const reference of references) {
    const expected = await readFile(reference);
    const channels = expected.length / (width * height);
    if (channels !== 3 && channels !== 4) return `${width} × ${height}, not as ${reference}`;
    let largest = 0;
    let sum = 0;
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) {
        const off = Math.abs(expected[i * channels + c] - data[i * 3 + c]);
        largest = Math.max(largest, off);
        sum += off;
      }
    }
    const mean = sum / data.length;
    if (largest > mostDifference || mean > mostMean) {
      return `differs from ${reference} by up to ${largest}, by ${mean.toFixed(2)} on average`;
    }
  }
  return undefined;
}
