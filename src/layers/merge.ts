import { UsageError } from "../core/errors.ts";
import { broadcastShapes, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import {
  add as addOp,
  maximum as maximumOp,
  minimum as minimumOp,
  multiply as multiplyOp,
  subtract as subtractOp,
} from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";

type Combine = (inputs: readonly Value[]) => Value;

/** Combines several inputs element by element; axes of 1 and missing outer axes repeat. */
class Merge extends Layer {
  readonly type: string;
  private readonly combine: Combine;
  private readonly count: number | undefined;

  /** @param count of the inputs; any number if missing */
  constructor(type: string, options: LayerOptions, combine: Combine, count?: number) {
    super(options);
    checkLayerOptions(type, options, []);
    this.type = type;
    this.combine = combine;
    this.count = count;
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    if (inputShapes.length === 0 || (this.count !== undefined && inputShapes.length !== this.count)) {
      throw new UsageError({
        where: this.name,
        expected: `${this.count ?? "at least 1"} inputs, as a list`,
        received: String(inputShapes.length),
      });
    }
    return [inputShapes.reduce((a, b) => broadcastShapes(this.name, a, b))];
  }

  override buildAll(): void {}

  override call(input: Value): Value {
    return this.combine([input]);
  }

  override callAll(inputs: readonly Value[]): Value[] {
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    const aligned = inputs.map((input) => {
      const [batch, ...sample] = input.shape;
      const missing = new Array<number>(rank - input.shape.length).fill(1);
      return missing.length === 0 ? input : reshape(input, [batch, ...missing, ...sample]);
    });
    return [this.combine(aligned)];
  }
}

/**
 * Sum of its inputs, element by element: [N, …], [N, …], … → [N, …]. What residual connections end in.
 *
 * @throws ShapeError if the shapes neither agree nor repeat.
 * @see https://keras.io/api/layers/merging_layers/add/
 * @example
 * import { input, layers } from "convnet";
 * const image = input({ shape: [8, 8, 4] });
 * const maps = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }).apply(image);
 * const sum = layers.add().apply([image, maps]);
 */
export function add(options: LayerOptions = {}): Layer {
  return new Merge("add", options, (inputs) => inputs.reduce((a, b) => addOp(a, b)));
}

/**
 * First input minus second: [N, …], [N, …] → [N, …].
 *
 * @throws UsageError unless there are two inputs.
 * @see https://keras.io/api/layers/merging_layers/subtract/
 * @example
 * layers.subtract().apply([input({ shape: [4] }), input({ shape: [4] })]);
 */
export function subtract(options: LayerOptions = {}): Layer {
  return new Merge("subtract", options, ([a, b]) => subtractOp(a, b), 2);
}

/**
 * Product of its inputs, element by element: [N, …], [N, …], … → [N, …].
 *
 * @see https://keras.io/api/layers/merging_layers/multiply/
 * @example
 * layers.multiply().apply([input({ shape: [4] }), input({ shape: [4] })]);
 */
export function multiply(options: LayerOptions = {}): Layer {
  return new Merge("multiply", options, (inputs) => inputs.reduce((a, b) => multiplyOp(a, b)));
}

/**
 * Mean of its inputs, element by element: [N, …], [N, …], … → [N, …].
 *
 * @see https://keras.io/api/layers/merging_layers/average/
 * @example
 * layers.average().apply([input({ shape: [4] }), input({ shape: [4] })]);
 */
export function average(options: LayerOptions = {}): Layer {
  return new Merge("average", options, (inputs) =>
    multiplyOp(
      inputs.reduce((a, b) => addOp(a, b)),
      1 / inputs.length,
    ),
  );
}

/**
 * Largest of its inputs, element by element: [N, …], [N, …], … → [N, …]. The gradient goes to the first of equals.
 *
 * @see https://keras.io/api/layers/merging_layers/maximum/
 * @example
 * layers.maximum().apply([input({ shape: [4] }), input({ shape: [4] })]);
 */
export function maximum(options: LayerOptions = {}): Layer {
  return new Merge("maximum", options, (inputs) => inputs.reduce((a, b) => maximumOp(a, b)));
}

/**
 * Smallest of its inputs, element by element: [N, …], [N, …], … → [N, …]. The gradient goes to the first of equals.
 *
 * @see https://keras.io/api/layers/merging_layers/minimum/
 * @example
 * layers.minimum().apply([input({ shape: [4] }), input({ shape: [4] })]);
 */
export function minimum(options: LayerOptions = {}): Layer {
  return new Merge("minimum", options, (inputs) => inputs.reduce((a, b) => minimumOp(a, b)));
}
