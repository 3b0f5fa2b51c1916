import { ShapeError, UsageError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { concatenate as concatenateOp } from "../graph/ops/concatenate.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface ConcatenateOptions extends LayerOptions {
  /** Along which axis, counted with the batch as axis 0. Default −1: channels. */
  axis?: number;
}

class Concatenate extends Layer {
  readonly type = "concatenate";
  private readonly axis: number;

  constructor(options: ConcatenateOptions) {
    super(options);
    checkLayerOptions("concatenate", options, ["axis"]);
    this.axis = options.axis ?? -1;
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    const [first] = inputShapes;
    if (!first)
      throw new UsageError({ where: this.name, expected: "at least 1 input, as a list", received: "0" });
    const axis = sampleAxis(this.name, first.length + 1, this.axis) - 1;
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((length, i) => i === axis || length === first[i]);
    if (!inputShapes.every(fits)) {
      throw new ShapeError({
        where: this.name,
        expected: `shapes that differ along axis ${axis + 1} only`,
        received: inputShapes.map((shape) => formatShape([null, ...shape])).join(", "),
      });
    }
    const total = inputShapes.reduce((sum, shape) => sum + shape[axis], 0);
    return [first.map((length, i) => (i === axis ? total : length))];
  }

  override buildAll(): void {}

  override call(input: Value): Value {
    return input;
  }

  override callAll([first, ...others]: readonly Value[]): Value[] {
    const axis = sampleAxis(this.name, first.shape.length, this.axis);
    return [concatenateOp([first, ...others], { axis })];
  }
}

/**
 * Joins its inputs along one axis: [N, H, W, a], [N, H, W, b], … → [N, H, W, a + b + …].
 *
 * @throws ShapeError if another axis differs.
 * @see https://keras.io/api/layers/merging_layers/concatenate/
 * @example
 * layers.concatenate().apply([input({ shape: [8, 8, 3] }), input({ shape: [8, 8, 5] })]); // [8, 8, 8]
 */
export function concatenate(options: ConcatenateOptions = {}): Layer {
  return new Concatenate(options);
}
