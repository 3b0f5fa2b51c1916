import type { NumberArray } from "../arrays/array.ts";
import type { Layer } from "../layers/layer.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { checkImage, findUse, ofOneSample, prepareDirect, runOnce, want } from "./opened-model.ts";

/** What a layer sees in an image, one map a channel. */
export interface FeatureMaps extends NumberArray {
  /** Path of the layer. */
  readonly layer: string;
}

/**
 * What comes out of a layer for one image: [outH, outW, channels] for layers of images.
 *
 * @param layer name or path of the layer, or the layer; without it, the maps of all layers of images
 * @throws OptionError if there is no such layer, DataError if it is not exactly one image.
 * @example
 * const { data, shape } = await featureMaps(model, test.x.subarray(0, 784), "conv2d"); // [9, 9, 4]
 * const all = await featureMaps(model, test.x.subarray(0, 784));
 */
export function featureMaps(model: Model, image: NamedNumbers, layer: string | Layer): Promise<FeatureMaps>;
export function featureMaps(model: Model, image: NamedNumbers): Promise<FeatureMaps[]>;
export async function featureMaps(
  model: Model,
  image: NamedNumbers,
  layer?: string | Layer,
): Promise<FeatureMaps | FeatureMaps[]> {
  const session = await model.open();
  const samples = await checkImage("featureMaps", session.network, image);
  const name = typeof layer === "object" ? layer.name : layer;
  const shape = session.batchShape(samples, 1);
  const prepared = await prepareDirect(session, `featureMaps ${name}`, shape, ({ uses }) => {
    const wanted =
      name === undefined
        ? uses.filter(({ layer: { type }, outputs: [value] }) => type !== "input" && value.shape.length === 4)
        : [findUse("featureMaps", uses, name)];
    for (const { outputs } of wanted) want(outputs[0]);
    return { wanted };
  });
  const numbers = await runOnce(session, prepared, samples);
  const maps = prepared.graph.wanted.map(({ path, outputs: [value] }) => ({
    layer: path,
    ...ofOneSample(numbers(value), value),
  }));
  return name === undefined ? maps : maps[0];
}
