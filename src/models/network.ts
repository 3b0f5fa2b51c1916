import { ShapeError, UsageError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { State, Value } from "../graph/graph.ts";
import { inputLayer } from "../layers/input.ts";
import type { CallContext, Layer, LayerCall, SymbolicTensor, Weight } from "../layers/layer.ts";
import { nameLayers } from "./name-layers.ts";

/** A tensor in a network: which output of which node. */
export interface TensorPlace {
  readonly node: number;
  readonly index: number;
}

/** One use of a layer in a network. */
export interface NetworkNode {
  readonly layer: Layer;
  readonly inputs: readonly TensorPlace[];
  /** Shapes of one sample of its outputs. */
  readonly shapes: readonly Shape[];
  /** `false`: as in prediction, even while the network trains. */
  readonly training: boolean | undefined;
}

/** A weight and its path in the network: `encoder/conv2d/kernel`. */
export interface NetworkWeight extends Weight {
  readonly path: string;
}

/** What a network is put together from. */
export interface NetworkParts {
  readonly isChain: boolean;
  readonly layers: readonly Layer[];
  /** Uses of layers; what one reads comes before it. */
  readonly calls: readonly LayerCall[];
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

/** Layers, how they are connected, and their weights: what a model is made of, without what trains it. */
export class Network {
  /** Made as a plain chain, whose first layer need not be an input. */
  readonly isChain: boolean;
  readonly layers: readonly Layer[];
  /** Uses of layers; a node's inputs come before it. */
  readonly nodes: readonly NetworkNode[];
  readonly inputs: readonly TensorPlace[];
  readonly outputs: readonly TensorPlace[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];

  constructor(parts: NetworkParts) {
    this.isChain = parts.isChain;
    this.layers = parts.layers;
    const numbers = new Map(parts.calls.map((call, i) => [call, i]));
    const placeOf = ({ call, index }: SymbolicTensor): TensorPlace => ({
      node: numbers.get(call) ?? -1,
      index,
    });
    this.nodes = parts.calls.map(({ layer, inputs, shapes, training }) => ({
      layer,
      inputs: inputs.map(placeOf),
      shapes,
      training,
    }));
    this.inputs = parts.inputs.map(placeOf);
    this.outputs = parts.outputs.map(placeOf);
    this.inputNames = parts.inputNames;
    this.outputNames = parts.outputNames;
  }

  /** @throws ShapeError, OptionError or UsageError naming the layer that does not fit. */
  static chain(layers: readonly Layer[]): Network {
    if (layers.length === 0) {
      throw new UsageError({ where: "sequential", expected: "at least one layer", received: "none" });
    }
    if (new Set(layers).size < layers.length) {
      throw new UsageError({
        where: "sequential",
        expected: "each layer once",
        received: "the same layer in two places of the chain",
        hint: "Make a second layer with the same options.",
      });
    }
    nameLayers("sequential", layers);
    const start = firstTensor(layers[0]);
    const calls = [start.call];
    let tensor = start;
    for (const layer of layers) {
      if (layer === start.call.layer) continue;
      tensor = layer.apply(tensor);
      calls.push(tensor.call);
    }
    return new Network({
      isChain: true,
      layers,
      calls,
      inputs: [start],
      outputs: [tensor],
      inputNames: [start.call.layer.name],
      outputNames: [tensor.call.layer.name],
    });
  }

  /** Shapes of one sample of each input. */
  get inputShapes(): Shape[] {
    return this.inputs.map(({ node, index }) => this.nodes[node].shapes[index]);
  }

  /** Shapes of one sample of each output. */
  get outputShapes(): Shape[] {
    return this.outputs.map(({ node, index }) => this.nodes[node].shapes[index]);
  }

  /** Shape of one sample. @throws UsageError if there are several inputs. */
  get inputShape(): Shape {
    return this.onlyOne("input", this.inputNames, this.inputShapes);
  }

  /** Shape of one sample behind the last layer. @throws UsageError if there are several outputs. */
  get outputShape(): Shape {
    return this.onlyOne("output", this.outputNames, this.outputShapes);
  }

  private onlyOne(kind: string, names: readonly string[], shapes: readonly Shape[]): Shape {
    if (shapes.length === 1) return shapes[0];
    throw new UsageError({
      where: `${kind}Shape`,
      expected: `a model with one ${kind}`,
      received: `${shapes.length}: ${names.join(", ")}`,
      hint: `Use ${kind}Shapes.`,
    });
  }

  /** Shape of one sample behind each layer, where it is first used. */
  get shapes(): Shape[] {
    return this.layers.map((layer) => this.nodes.find((node) => node.layer === layer)?.shapes[0] ?? []);
  }

  /** All weights, layer by layer; each once, also where a layer is part of several. */
  get weights(): NetworkWeight[] {
    return distinctWeights(this.layers, (layer) => layer.weights);
  }

  /** The weights that training changes. */
  get trainableWeights(): NetworkWeight[] {
    return distinctWeights(this.layers, (layer) => layer.trainableWeights);
  }

  /** Makes all weights that are not there yet. @param path of the network in another one: `encoder/` */
  build(seed: number, path = ""): this {
    for (const { layer, inputs } of this.nodes) {
      const shapes = inputs.map(({ node, index }) => this.nodes[node].shapes[index]);
      if (shapes.length > 0) layer.buildOnce(shapes, seed, path);
    }
    return this;
  }

  /** Writes all layers' ops: [N, …inputShape] for each input → [N, …outputShape] for each output. */
  forward(inputs: readonly Value[], context: CallContext): Value[] {
    const [{ graph }] = inputs;
    const { scope } = graph;
    const values: Value[][] = [];
    const valueAt = ({ node, index }: TensorPlace): Value => values[node][index];
    for (const [i, { layer, inputs: places, shapes, training }] of this.nodes.entries()) {
      const entrance = this.inputs.findIndex(({ node }) => node === i);
      if (entrance >= 0) {
        values.push([inputs[entrance]]);
        continue;
      }
      graph.scope = scope === "" ? layer.name : `${scope}/${layer.name}`;
      const made = layer.callAll(places.map(valueAt), inMode(context, training));
      checkShapes(layer, made, shapes);
      values.push(made);
    }
    graph.scope = scope;
    return this.outputs.map(valueAt);
  }
}

function firstTensor(layer: Layer): SymbolicTensor {
  if (layer.type === "input") return layer.apply([]);
  const { inputShape } = layer;
  if (!inputShape) {
    throw new UsageError({
      where: layer.name,
      expected: "the first layer to say what shape a sample has",
      received: "no inputShape",
      hint: "Give it inputShape: [height, width, channels], or begin with input({ shape }).",
    });
  }
  if (inputShape.length === 0 || inputShape.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new ShapeError({
      where: layer.name,
      expected: "an inputShape of whole numbers ≥ 1, without the batch",
      received: formatShape(inputShape),
    });
  }
  return inputLayer({ shape: inputShape, name: "input" }).apply([]);
}

function distinctWeights(
  layers: readonly Layer[],
  weightsOf: (layer: Layer) => readonly Weight[],
): NetworkWeight[] {
  const seen = new Set<State>();
  return layers.flatMap((layer) =>
    weightsOf(layer).flatMap((weight) => {
      if (seen.has(weight.state)) return [];
      seen.add(weight.state);
      return [{ ...weight, path: `${layer.name}/${weight.name}` }];
    }),
  );
}

/** The same context, but for a part that is used as in prediction. */
function inMode(context: CallContext, training: boolean | undefined): CallContext {
  if (training === undefined || training === context.training) return context;
  return {
    training,
    uniform: (graph, shape) => context.uniform(graph, shape),
    normal: (graph, shape) => context.normal(graph, shape),
    update: (graph, state, change) => context.update(graph, state, change),
    addLoss: (value) => context.addLoss(value),
  };
}

function checkShapes(layer: Layer, values: readonly Value[], shapes: readonly Shape[]): void {
  const made = values.map(({ shape }) => shape.slice(1));
  if (made.length === shapes.length && made.every((shape, i) => sameShape(shape, shapes[i]))) return;
  const format = (list: readonly Shape[]) => list.map((shape) => formatShape([null, ...shape])).join(" and ");
  throw new ShapeError({
    where: layer.name,
    expected: `call() to make ${format(shapes)}, as outputShape() says`,
    received: format(made),
  });
}
