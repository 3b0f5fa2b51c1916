import { ShapeError, UsageError } from "../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { divide, maximum, multiply, sqrt, square } from "../graph/ops/elementwise.ts";
import { reduceSum } from "../graph/ops/reduce-sum.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { transpose } from "../graph/ops/transpose.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { sampleAxis } from "./sample-axis.ts";

export interface DotOptions extends LayerOptions {
  /** Along which axis, or which axis of each input, counted with the batch as axis 0. */
  axes: number | readonly [number, number];
  /** Divide each input by its length along the axis first: the result is the cosine of the angle. Default false. */
  normalize?: boolean;
}

/** Keras's epsilon, squared. */
const leastSquare = 1e-14;

class Dot extends Layer {
  readonly type = "dot";
  private readonly axes: readonly [number, number];
  private readonly normalize: boolean;

  constructor(options: DotOptions) {
    super(options);
    checkLayerOptions("dot", options, ["axes", "normalize"]);
    const { axes } = options;
    this.axes = typeof axes === "number" ? [axes, axes] : axes;
    this.normalize = options.normalize ?? false;
  }

  private axis(which: 0 | 1, rank: number): number {
    return sampleAxis(this.name, rank, this.axes[which]);
  }

  override outputShapes(inputShapes: readonly Shape[]): Shape[] {
    if (inputShapes.length !== 2) {
      throw new UsageError({
        where: this.name,
        expected: "2 inputs, as a list",
        received: String(inputShapes.length),
      });
    }
    const [a, b] = inputShapes;
    const axisA = this.axis(0, a.length + 1) - 1;
    const axisB = this.axis(1, b.length + 1) - 1;
    if (a[axisA] !== b[axisB]) {
      throw new ShapeError({
        where: this.name,
        expected: `the same length along axes ${axisA + 1} and ${axisB + 1}`,
        received: `${formatShape([null, ...a])} and ${formatShape([null, ...b])}`,
      });
    }
    const rest = [...a.filter((_, i) => i !== axisA), ...b.filter((_, i) => i !== axisB)];
    return [rest.length === 0 ? [1] : rest];
  }

  override buildAll(): void {}

  override call(input: Value): Value {
    return this.callAll([input, input])[0];
  }

  override callAll([a, b]: readonly Value[]): Value[] {
    const [shape] = this.outputShapes([a.shape.slice(1), b.shape.slice(1)]);
    const left = this.rows(a, this.axis(0, a.shape.length)); // [N, rowsA, K]
    const right = this.rows(b, this.axis(1, b.shape.length)); // [N, rowsB, K]
    const [batch, rowsA, inner] = left.shape;
    const rowsB = right.shape[1];
    const products = multiply(
      reshape(left, [batch, rowsA, 1, inner]),
      reshape(right, [batch, 1, rowsB, inner]),
    );
    return [reshape(reduceSum(products, { axes: 3 }), [batch, ...shape])];
  }

  /** The axis last, all others but the batch in one. */
  private rows(input: Value, axis: number): Value {
    const others = input.shape.map((_, i) => i).filter((i) => i !== axis);
    const moved = transpose(input, [...others, axis]);
    const inner = input.shape[axis];
    const rows = reshape(moved, [input.shape[0], sizeOf(input.shape) / input.shape[0] / inner, inner]);
    if (!this.normalize) return rows;
    const length = sqrt(maximum(reduceSum(square(rows), { axes: 2, keepDims: true }), leastSquare));
    return divide(rows, length);
  }
}

/**
 * Sums of products along an axis of two inputs: [N, a, K], [N, b, K] with `axes: 2` → [N, a, b]; [N, K], [N, K] with
 * `axes: 1` → [N, 1].
 *
 * @throws ShapeError if the axes differ in length.
 * @see https://keras.io/api/layers/merging_layers/dot/
 * @example
 * layers.dot({ axes: 1, normalize: true }).apply([input({ shape: [8] }), input({ shape: [8] })]); // [1]
 */
export function dot(options: DotOptions): Layer {
  return new Dot(options);
}
