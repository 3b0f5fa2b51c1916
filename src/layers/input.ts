import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { checkLayerOptions, Layer, type LayerOptions, type SymbolicTensor } from "./layer.ts";

export interface InputOptions {
  /** Shape of one sample: `[28, 28, 1]`. */
  shape: Shape;
  /** Name in summaries and files, and of the samples where a model has several inputs. */
  name?: string;
}

class Input extends Layer {
  readonly type = "input";
  override readonly inputShape: Shape;

  constructor(options: InputOptions & LayerOptions) {
    super(options);
    checkLayerOptions("input", options, ["shape"]);
    this.inputShape = options.shape;
    if (
      this.inputShape.length === 0 ||
      this.inputShape.some((length) => !Number.isInteger(length) || length < 1)
    ) {
      throw new ShapeError({
        where: "input",
        expected: "a shape of whole numbers ≥ 1, without the batch",
        received: formatShape(this.inputShape),
      });
    }
  }

  override outputShapes(): Shape[] {
    return [this.inputShape];
  }

  override call(input: Value): Value {
    return input;
  }
}

/** The layer behind an input, for chains and files. */
export function inputLayer(options: InputOptions): Layer {
  return new Input(options);
}

/**
 * Where samples enter a model: what its first layers are applied to. May also stand first in `sequential([…])`.
 *
 * @throws ShapeError if the shape is not made of whole numbers ≥ 1.
 * @see https://keras.io/api/layers/core_layers/input/
 * @example
 * const image = input({ shape: [28, 28, 1] });
 * const classes = layers.dense({ units: 10 }).apply(layers.flatten().apply(image));
 */
export function input(options: InputOptions): SymbolicTensor {
  return inputLayer(options).apply([]);
}
