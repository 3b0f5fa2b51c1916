import { OptionError, ShapeError, UsageError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import type { CallContext, Layer, Weight } from "../layers/layer.ts";

function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set(layers.filter((layer) => layer.isNamed).map((layer) => layer.name));
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.isNamed) continue;
    const base = layer.name;
    let name: string;
    do {
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      name = count === 0 ? base : `${base}_${count}`;
    } while (taken.has(name));
    taken.add(name);
    layer.name = name;
  }
}

/** A chain of layers with their shapes and weights: what a model is made of, without what trains it. */
export class Network {
  readonly layers: readonly Layer[];
  /** Shape of one sample. */
  readonly inputShape: Shape;
  /** Shape of one sample behind each layer. */
  readonly shapes: readonly Shape[];

  /** @throws ShapeError, OptionError or UsageError naming the layer that does not fit. */
  constructor(layers: readonly Layer[], seed: number) {
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
    nameLayers(layers);
    const names = new Set<string>();
    for (const { name } of layers) {
      if (names.has(name)) {
        throw new OptionError({
          where: "sequential",
          expected: "different layer names",
          received: `"${name}" twice`,
        });
      }
      names.add(name);
    }
    const { inputShape } = layers[0];
    if (!inputShape) {
      throw new UsageError({
        where: layers[0].name,
        expected: "the first layer to say what shape a sample has",
        received: "no inputShape",
        hint: "Give it inputShape: [height, width, channels], or begin with layers.input({ shape }).",
      });
    }
    if (inputShape.length === 0 || inputShape.some((length) => !Number.isInteger(length) || length < 1)) {
      throw new ShapeError({
        where: layers[0].name,
        expected: "an inputShape of whole numbers ≥ 1, without the batch",
        received: formatShape(inputShape),
      });
    }
    this.layers = layers;
    this.inputShape = inputShape;
    const shapes: Shape[] = [];
    let shape: Shape = inputShape;
    for (const layer of layers) {
      if (layer.inputShape && !sameShape(layer.inputShape, shape)) {
        throw new ShapeError({
          where: layer.name,
          expected: formatShape(layer.inputShape),
          received: formatShape(shape),
        });
      }
      const output = layer.outputShape(shape);
      layer.buildOnce([shape], seed);
      shapes.push(output);
      shape = output;
    }
    this.shapes = shapes;
  }

  /** Shape of one sample behind the last layer. */
  get outputShape(): Shape {
    return this.shapes[this.shapes.length - 1];
  }

  /** All weights, layer by layer. */
  get weights(): Weight[] {
    return this.layers.flatMap((layer) => layer.weights);
  }

  /** The weights that training changes. */
  get trainableWeights(): Weight[] {
    return this.layers.flatMap((layer) => layer.trainableWeights);
  }

  /** Writes all layers' ops: [N, …inputShape] → [N, …outputShape]. */
  forward(input: Value, context: CallContext): Value {
    const { graph } = input;
    let value = input;
    for (const [i, layer] of this.layers.entries()) {
      graph.scope = layer.name;
      value = layer.call(value, context);
      if (!sameShape(value.shape.slice(1), this.shapes[i])) {
        throw new ShapeError({
          where: layer.name,
          expected: `call() to make ${formatShape([null, ...this.shapes[i]])}, as outputShape() says`,
          received: formatShape([null, ...value.shape.slice(1)]),
        });
      }
    }
    graph.scope = "";
    return value;
  }
}
