import { OptionError } from "../core/errors.ts";
import { checkOptions, didYouMean } from "../core/names.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { Layer, type SymbolicTensor } from "../layers/layer.ts";
import type { Network, TensorPlace } from "../models/network.ts";
import { networkBetween } from "../models/network-between.ts";
import { NetworkLayer } from "../models/network-layer.ts";
import { Model } from "../training/model.ts";

export interface MuteOptions {
  /** Name or path of the layer, or the layer; muted in all its uses. */
  layer: string | Layer;
  /** Number of the channel or unit, or several: the last axis. */
  unit: number | readonly number[];
}

/** Passes everything on but some units, which become 0. */
class Mute extends Layer {
  readonly type = "mute";
  private readonly units: readonly number[];

  constructor(name: string, units: readonly number[]) {
    super({ name });
    this.units = units;
  }

  override outputShape(inputShape: Shape): Shape {
    const count = inputShape[inputShape.length - 1];
    const outside = this.units.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= count);
    if (outside === undefined) return inputShape;
    throw new OptionError({
      where: "muteUnit",
      expected: `unit to be a whole number below ${count}, for ${formatShape(inputShape)}`,
      received: String(outside),
    });
  }

  override call(input: Value): Value {
    const count = input.shape[input.shape.length - 1];
    const kept = Float32Array.from({ length: count }, (_, unit) => (this.units.includes(unit) ? 0 : 1));
    return multiply(input, input.graph.constant(kept, [count]));
  }
}

/** A model with muted units. Its weights belong to the model that it was made of. */
class MutedModel extends Model {
  /** Forgets the programs; the weights stay with their model. */
  override async dispose(): Promise<void> {
    await (await this.open()).clear();
  }
}

/**
 * The same model with units of a layer set to 0, wherever they are: what it says without them. Weights are shared, so
 * that it follows the model's training; the model itself stays as it is.
 *
 * @throws OptionError if there is no such layer or unit.
 * @example
 * const without = await muteUnit(model, { layer: "conv2d", unit: 2 });
 * console.log(await model.evaluate(test), await without.evaluate(test));
 */
export async function muteUnit(model: Model, options: MuteOptions): Promise<Model> {
  checkOptions("muteUnit", options, ["layer", "unit"]);
  const { layer, unit } = options;
  const { network } = await model.open();
  const path = typeof layer === "object" ? layer.name : layer;
  const muted = rebuild(
    network,
    path.split("/"),
    new Mute(`${path.replaceAll("/", "_")}_muted`, [unit].flat()),
  );
  const copy = new MutedModel(muted, { ...model.backendOptions, name: model.name, seed: model.seed });
  if (model.isCompiled) {
    const { optimizer, outputs } = await model.requireCompiled("muteUnit");
    copy.compile({
      optimizer,
      loss: outputs.map(({ loss }) => loss ?? null),
      lossWeights: outputs.map(({ lossWeight }) => lossWeight),
      metrics: outputs.map(({ metrics }) =>
        metrics.filter(({ isWeighted }) => !isWeighted).map(({ metric }) => metric),
      ),
      weightedMetrics: outputs.map(({ metrics }) =>
        metrics.filter(({ isWeighted }) => isWeighted).map(({ metric }) => metric),
      ),
    });
  }
  return copy;
}

/** A network of the same layers in which one, or one inside it, is followed by another. */
function rebuild(network: Network, [name, ...inner]: readonly string[], following: Layer): Network {
  const target = network.layers.find((layer) => layer.name === name);
  const isLayer = target && (inner.length === 0 || target instanceof NetworkLayer);
  if (!isLayer) {
    throw new OptionError({
      where: "muteUnit",
      expected: "the name or path of a layer",
      received: JSON.stringify([name, ...inner].join("/")),
      hint: didYouMean(
        name,
        network.layers.map((layer) => layer.name),
      ),
    });
  }
  const replacement =
    target instanceof NetworkLayer && inner.length > 0
      ? new NetworkLayer(rebuild(target.network, inner, following), { name: target.name })
      : undefined;
  const tensors: SymbolicTensor[][] = [];
  const tensorAt = ({ node, index }: TensorPlace): SymbolicTensor => tensors[node][index];
  for (const { layer, inputs, training } of network.nodes) {
    const used = layer === target && replacement ? replacement : layer;
    const made = used.applyAll(inputs.map(tensorAt), training === false ? { training } : {});
    tensors.push(layer === target && !replacement ? [following.apply(made[0]), ...made.slice(1)] : made);
  }
  const named = (names: readonly string[], places: readonly TensorPlace[]) =>
    Object.fromEntries(places.map((place, i) => [names[i], tensorAt(place)]));
  return networkBetween(
    named(network.inputNames, network.inputs),
    named(network.outputNames, network.outputs),
  );
}
