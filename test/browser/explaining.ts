/** What a page and Node explain alike: the same numbers to the last bit. */
import { disposeBackends } from "convnet";
import {
  evaluateItems,
  explainValue,
  gradCam,
  integratedGradients,
  toPng,
  topLosses,
  trace,
} from "convnet/explain";
import { article, images, residual } from "../explained-networks.ts";

/** Every number of it, as bits. */
function hash(numbers: Iterable<number>): number {
  const bits = new Uint32Array(Float32Array.from(numbers).buffer);
  return bits.reduce((sum, word) => (Math.imul(sum, 31) + word) >>> 0, 7);
}

/** Explains an image of the article's network, and one of a residual network. */
export async function explain(): Promise<Record<string, unknown>> {
  const digit = images(1, 784);
  const model = article();
  const traced = await trace(model, digit);
  const value = await explainValue(model, digit, { layer: "conv2d_1", unit: 5, y: 2, x: 3 });
  const block = residual();
  const picture = images(1, 200);
  const cam = await gradCam(block, picture, { class: 1 });
  const { data, total } = await integratedGradients(block, picture, { class: 2, steps: 16 });
  const results = await evaluateItems(block, { x: images(8, 200), y: [0, 1, 2, 3, 0, 1, 2, 3] });
  const png = await toPng(cam.overlay, { scale: 2 });
  const explained = {
    layers: traced.layers.map(({ name, output }) => [name, hash(output.data)]),
    value: [value.total, value.stored, value.terms.length, hash(value.terms.map(({ product }) => product))],
    cam: hash(cam.data),
    attributions: [hash(data), total],
    worst: topLosses(results, 3).map(({ index, loss }) => [index, loss]),
    png: [...png.subarray(0, 4)],
  };
  await disposeBackends();
  return explained;
}
