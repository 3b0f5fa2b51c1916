import type { NumberArray } from "../arrays/array.ts";
import { OptionError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import { formatShape } from "../core/shape.ts";
import { resample } from "../data/image/resample.ts";
import type { Layer } from "../layers/layer.ts";
import type { NamedNumbers } from "../training/inputs.ts";
import type { Model } from "../training/model.ts";
import { type ClassOptions, chooseClass, classOptions, prepareScore, runScore } from "./class-score.ts";
import { enterImage, findUse } from "./opened-model.ts";
import type { LayerUse } from "./write-layers.ts";

export interface GradCamOptions extends ClassOptions {
  /** Name or path of a layer of images, or the layer. Default: the last convolution. */
  layer?: string | Layer;
}

/** Where a layer saw what speaks for a class. */
export interface ClassMap extends NumberArray {
  /** Row-major at the layer's size, [h, w], never negative. */
  readonly data: Float32Array;
  readonly class: number;
  readonly layer: string;
  /** What each channel of the layer counts: the mean gradient over its map. */
  readonly channelWeights: Float32Array;
  /** The map stretched to the size of the image, [H, W]. */
  readonly overlay: NumberArray;
}

/**
 * Where a layer saw what speaks for a class: [h, w] at the size of the layer, and stretched over the image.
 *
 * map = relu(Σ over channels of weight · feature map), where a channel's weight is the mean of ∂score / ∂map.
 *
 * @throws OptionError if there is no such layer or class, or the layer makes no images.
 * @see Selvaraju et al. 2016, "Grad-CAM: visual explanations from deep networks via gradient-based localization"
 * @example
 * const { overlay } = await gradCam(model, test.x.subarray(0, 784), { layer: "conv2d", class: 7 });
 */
export async function gradCam(
  model: Model,
  image: NamedNumbers,
  options: GradCamOptions = {},
): Promise<ClassMap> {
  checkOptions("gradCam", options, [...classOptions, "layer"]);
  const { layer, score = "logit" } = options;
  const session = await model.open();
  const entered = await enterImage("gradCam", session.network, image);
  const chosen = await chooseClass("gradCam", session, entered, options);
  const name = typeof layer === "object" ? layer.name : layer;
  const program = await prepareScore(session, `layer ${name}`, entered, 1, score, ({ uses }) => [
    mapsOf(uses, name).outputs[0],
  ]);
  const { of, gradients, uses } = program.graph;
  const numbers = await runScore(session, program, entered, entered.data, chosen);
  const [, height, width, channels] = of[0].shape;
  const [maps, gradient] = [numbers(of[0]), numbers(gradients[0])];
  const weights = new Float64Array(channels);
  for (let i = 0; i < gradient.length; i++) weights[i % channels] += gradient[i] / (height * width);
  const data = new Float32Array(height * width);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += weights[c] * maps[i * channels + c];
    data[i] = Math.max(0, sum);
  }
  const [imageHeight, imageWidth] = entered.shape;
  const stretched = resample({ width, height, data }, imageWidth, imageHeight);
  return {
    data,
    shape: [height, width],
    class: chosen,
    layer: mapsOf(uses, name).path,
    channelWeights: Float32Array.from(weights),
    overlay: { data: stretched.data, shape: [imageHeight, imageWidth] },
  };
}

/** The layer that is asked for, or the last that convolves. */
function mapsOf(uses: readonly LayerUse[], name: string | undefined): LayerUse {
  const isMap = ({ outputs }: LayerUse): boolean => outputs[0].shape.length === 4;
  if (name !== undefined) {
    const use = findUse("gradCam", uses, name);
    if (isMap(use)) return use;
    throw new OptionError({
      where: "gradCam",
      expected: "a layer of images: [H, W, C]",
      received: `${name}, which makes ${formatShape(use.outputs[0].shape.slice(1))}`,
      hint: `Such as ${uses
        .filter(isMap)
        .map(({ path }) => path)
        .join(", ")}.`,
    });
  }
  const maps = uses.filter((use) => isMap(use) && use.layer.type !== "input");
  const convolution = maps.findLast(
    ({ written, layer }) =>
      layer.type !== "model" &&
      written.some(({ source }) => source.kind === "op" && /^conv/.test(source.op.name)),
  );
  const found = convolution ?? maps[maps.length - 1];
  if (found) return found;
  throw new OptionError({
    where: "gradCam",
    expected: "a model with a layer of images: [H, W, C]",
    received: `layers ${uses.map(({ path }) => path).join(", ")}`,
  });
}
