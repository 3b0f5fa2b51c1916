import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import {
  type CallContext,
  checkLayerOptions,
  Layer,
  type LayerOptions,
  type Weight,
} from "../layers/layer.ts";
import type { Network } from "./network.ts";

/** A whole network as one layer of another; its weights stay its own, under `name/…`. */
export class NetworkLayer extends Layer {
  readonly type = "model";
  readonly network: Network;

  constructor(network: Network, options: LayerOptions = {}) {
    super(network.isChain ? { inputShape: network.inputShape, ...options } : options);
    checkLayerOptions("model", options, []);
    this.network = network;
    if (options.trainable === false) this.trainable = false;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  /** Freezes or unfreezes every layer inside, as Keras does. */
  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    for (const layer of this.network.layers) layer.trainable = trainable;
  }

  override get weights(): readonly Weight[] {
    return this.network.weights.map((weight) => ({ ...weight, name: weight.path }));
  }

  override get trainableWeights(): readonly Weight[] {
    if (!this.trainable) return [];
    return this.network.trainableWeights.map((weight) => ({ ...weight, name: weight.path }));
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    const { inputShapes: expected, outputShapes } = this.network;
    const fits =
      expected.length === inputShapes.length &&
      expected.every((shape, i) => sameShape(shape, inputShapes[i]));
    if (fits) return outputShapes;
    throw new ShapeError({
      where: this.name,
      expected: expected.map((shape) => formatShape(shape)).join(" and "),
      received: inputShapes.map((shape) => formatShape(shape)).join(" and "),
    });
  }

  override buildOnce(_inputShapes: readonly Shape[], seed: number, path = ""): void {
    this.network.build(seed, `${path}${this.name}/`);
  }

  override call(input: Value, context: CallContext): Value {
    return this.callAll([input], context)[0];
  }

  override callAll(inputs: readonly Value[], context: CallContext): Value[] {
    return this.network.forward(inputs, context);
  }
}
