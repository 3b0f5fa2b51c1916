import type { Shape } from "../core/shape.ts";
import type { ApplyOptions, Layer, SymbolicTensor } from "../layers/layer.ts";
import { findLayer, freezeUntil } from "./find-layer.ts";
import type { Network, NetworkNode } from "./network.ts";
import { NetworkLayer } from "./network-layer.ts";
import { type ModelSpec, specOf } from "./spec.ts";
import { summaryOf } from "./summary.ts";

/** What a model is made of: layers, shapes, freezing, its use in other models. Nothing here runs. */
export abstract class ModelStructure {
  readonly name: string;
  protected readonly network: Network;
  private readonly asLayer: NetworkLayer;

  /** @param layerName of the model as a layer, if it was given one */
  constructor(network: Network, name: string, layerName: string | undefined) {
    this.name = name;
    this.network = network;
    this.asLayer = new NetworkLayer(network, layerName === undefined ? {} : { name: layerName });
  }

  get layers(): readonly Layer[] {
    return this.network.layers;
  }

  /** Shape of one sample behind each layer. */
  get shapes(): readonly Shape[] {
    return this.network.shapes;
  }

  /** How layers are connected: every use of a layer, and what it reads; missing for a plain chain. */
  get branches(): readonly NetworkNode[] | undefined {
    return this.network.isChain ? undefined : this.network.nodes;
  }

  /** Shape of one sample. @throws UsageError if there are several inputs. */
  get inputShape(): Shape {
    return this.network.inputShape;
  }

  /** Shape of what comes out for one sample. @throws UsageError if there are several outputs. */
  get outputShape(): Shape {
    return this.network.outputShape;
  }

  /** Shape of one sample, by the name of the input. */
  get inputShapes(): Readonly<Record<string, Shape>> {
    const { inputNames, inputShapes } = this.network;
    return Object.fromEntries(inputNames.map((name, i) => [name, inputShapes[i]]));
  }

  /** Shape of what comes out for one sample, by the name of the output. */
  get outputShapes(): Readonly<Record<string, Shape>> {
    const { outputNames, outputShapes } = this.network;
    return Object.fromEntries(outputNames.map((name, i) => [name, outputShapes[i]]));
  }

  /**
   * The layer of that name; those inside another model by path: `"encoder/conv2d"`.
   *
   * @throws OptionError if there is none; the hint is the nearest one.
   */
  layer(name: string): Layer {
    return findLayer(this.network.layers, name);
  }

  /** Frozen models keep all their weights and statistics. Setting it sets all layers. Takes effect at the next `compile`. */
  get trainable(): boolean {
    return this.network.layers.some((layer) => layer.trainable);
  }

  set trainable(trainable: boolean) {
    this.asLayer.trainable = trainable;
  }

  /**
   * Freezes all layers before the named one, and unfreezes it and those behind it. Takes effect at the next `compile`.
   *
   * @throws OptionError if there is no such layer.
   */
  freezeUntil(name: string): void {
    freezeUntil(this.network.layers, name);
  }

  /** The model as a layer of another one, with the same weights. */
  toLayer(): Layer {
    return this.asLayer;
  }

  /**
   * Uses the model as a layer of another one; the weights are shared.
   *
   * @throws ShapeError if the shapes do not fit.
   * @example
   * const image = input({ shape: [28, 28, 1] });
   * const digit = model.apply(image, { training: false });
   */
  apply(tensors: SymbolicTensor | readonly SymbolicTensor[], options: ApplyOptions = {}): SymbolicTensor {
    return this.asLayer.apply(tensors, options);
  }

  /** As `apply`, for models with several outputs. */
  applyAll(tensors: readonly SymbolicTensor[], options: ApplyOptions = {}): SymbolicTensor[] {
    return this.asLayer.applyAll(tensors, options);
  }

  /** Names and shapes of all weights, in the order of `getWeights`. */
  get weightShapes(): readonly { readonly name: string; readonly shape: Shape }[] {
    return this.network.weights.map(({ path, state }) => ({ name: path, shape: state.shape }));
  }

  /** Layers with shapes, parameters, arithmetic and memory, as a table to print. */
  summary(): string {
    return summaryOf(this.network, []);
  }

  /** The architecture as JSON. @throws UsageError for a layer with options that only code can express. */
  toSpec(): ModelSpec {
    return specOf(this.network);
  }
}
