import type { NumberArray } from "../arrays/array.ts";
import { OptionError } from "../core/errors.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../training/model.ts";

/** A weight of a layer, as it is now. */
export interface LayerKernels extends NumberArray {
  /** Path of the layer's weight within the model. */
  readonly name: string;
}

/**
 * The kernels of a layer as they are now: [kH, kW, inC, outC] for convolutions, [in, out] for dense layers.
 *
 * @param layer name or path of the layer, or the layer
 * @throws OptionError if there is no such layer, or it has no weights.
 * @example
 * const { data, shape } = await kernels(model, "conv2d"); // [3, 3, 1, 4]
 */
export async function kernels(model: Model, layer: string | Layer): Promise<LayerKernels> {
  const found = typeof layer === "string" ? model.layer(layer) : layer;
  const weight = found.weights.find(({ name }) => name.endsWith("kernel")) ?? found.weights[0];
  if (!weight) {
    const having = model.layers.filter(({ weights }) => weights.length > 0).map(({ name }) => name);
    throw new OptionError({
      where: "kernels",
      expected: "a layer with weights",
      received: found.name,
      hint: having.length > 0 ? `Such as ${having.join(", ")}.` : "This model has none.",
    });
  }
  const { state } = weight;
  const { backend } = await model.open();
  return { name: `${found.name}/${weight.name}`, data: await backend.readState(state), shape: state.shape };
}
