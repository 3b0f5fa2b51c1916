import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { resampleSpatial } from "./interpolation.ts";
import type { Layer } from "./layer.ts";
import type { Sides, Sides1d, Sides2d, Sides3d } from "./sides.ts";
import { PaddingLayer, type PaddingOptions } from "./zero-padding.ts";

/** Which pixel stands at `index`, outside of an axis or inside, and how far outside there are any. */
interface Edge {
  readonly at: (index: number, length: number) => number;
  /** Most pixels that can be added to a side. */
  readonly most: (length: number) => number;
}

const reflection: Edge = {
  at: (index, length) => (index < 0 ? -index : index >= length ? 2 * (length - 1) - index : index),
  most: (length) => length - 1,
};
const replication: Edge = {
  at: (index, length) => Math.min(Math.max(index, 0), length - 1),
  most: () => Infinity,
};
const circular: Edge = {
  at: (index, length) => (index + length) % length,
  most: (length) => length,
};

class EdgePadding extends PaddingLayer {
  private readonly edge: Edge;

  constructor(name: string, rank: number, edge: Edge, options: PaddingOptions) {
    super(`${name}Padding${rank}d`, rank, options, (input, sides) => padByEdge(input, sides, edge));
    this.edge = edge;
  }

  override outputShape(inputShape: Shape): Shape {
    const padded = super.outputShape(inputShape);
    for (const [axis, sides] of this.sides.entries()) {
      const most = this.edge.most(inputShape[axis]);
      if (Math.max(...sides) <= most) continue;
      throw new ShapeError({
        where: this.name,
        expected: `at most ${most} pixels of padding at each end of axis ${axis + 1}`,
        received: `${sides.join(" and ")} for ${formatShape([null, ...inputShape])}`,
      });
    }
    return padded;
  }
}

function padByEdge(input: Value, sides: Sides, { at }: Edge): Value {
  const rows = sides.map(([before, after], i) => {
    const length = input.shape[i + 1];
    return Array.from({ length: before + length + after }, (_, o) => [[at(o - before, length), 1]] as const);
  });
  return resampleSpatial(input, rows);
}

export type EdgePadding1dOptions = PaddingOptions<Sides1d>;
export type EdgePadding2dOptions = PaddingOptions<Sides2d>;
export type EdgePadding3dOptions = PaddingOptions<Sides3d>;

/**
 * Surrounds a sequence with mirrored at the edge pixels, which are not repeated: [N, steps, C] → [N, before + steps + after, C]. With two pixels 0 1 2 3 becomes 2 1 0 1 2 3 2 1.
 *
 * @throws ShapeError (when the model is built) if the padding is as long as the axis or longer.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad1d.html
 * @example
 * layers.reflectionPadding1d({ padding: 2, inputShape: [100, 4] });
 */
export function reflectionPadding1d(options: EdgePadding1dOptions = {}): Layer {
  return new EdgePadding("reflection", 1, reflection, options);
}

/**
 * Surrounds the image with mirrored at the edge pixels, which are not repeated: [N, H, W, C] → [N, H + top + bottom, W + left + right, C]. With two pixels 0 1 2 3 becomes 2 1 0 1 2 3 2 1.
 *
 * @throws ShapeError (when the model is built) if the padding is as long as the axis or longer.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad2d.html
 * @example
 * layers.reflectionPadding2d({ padding: 2 });
 */
export function reflectionPadding2d(options: EdgePadding2dOptions = {}): Layer {
  return new EdgePadding("reflection", 2, reflection, options);
}

/**
 * Surrounds a volume with mirrored at the edge pixels, which are not repeated: [N, D, H, W, C] → [N, D + …, H + …, W + …, C]. With two pixels 0 1 2 3 becomes 2 1 0 1 2 3 2 1.
 *
 * @throws ShapeError (when the model is built) if the padding is as long as the axis or longer.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReflectionPad3d.html
 * @example
 * layers.reflectionPadding3d({ padding: 2, inputShape: [16, 32, 32, 4] });
 */
export function reflectionPadding3d(options: EdgePadding3dOptions = {}): Layer {
  return new EdgePadding("reflection", 3, reflection, options);
}

/**
 * Surrounds a sequence with the edge pixels repeated: [N, steps, C] → [N, before + steps + after, C]. With two pixels 0 1 2 3 becomes 0 0 0 1 2 3 3 3.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad1d.html
 * @example
 * layers.replicationPadding1d({ padding: 2, inputShape: [100, 4] });
 */
export function replicationPadding1d(options: EdgePadding1dOptions = {}): Layer {
  return new EdgePadding("replication", 1, replication, options);
}

/**
 * Surrounds the image with the edge pixels repeated: [N, H, W, C] → [N, H + top + bottom, W + left + right, C]. With two pixels 0 1 2 3 becomes 0 0 0 1 2 3 3 3.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad2d.html
 * @example
 * layers.replicationPadding2d({ padding: 2 });
 */
export function replicationPadding2d(options: EdgePadding2dOptions = {}): Layer {
  return new EdgePadding("replication", 2, replication, options);
}

/**
 * Surrounds a volume with the edge pixels repeated: [N, D, H, W, C] → [N, D + …, H + …, W + …, C]. With two pixels 0 1 2 3 becomes 0 0 0 1 2 3 3 3.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReplicationPad3d.html
 * @example
 * layers.replicationPadding3d({ padding: 2, inputShape: [16, 32, 32, 4] });
 */
export function replicationPadding3d(options: EdgePadding3dOptions = {}): Layer {
  return new EdgePadding("replication", 3, replication, options);
}

/**
 * Surrounds a sequence with the other side of it, as if the ends met: [N, steps, C] → [N, before + steps + after, C]. With two pixels 0 1 2 3 becomes 2 3 0 1 2 3 0 1.
 *
 * @throws ShapeError (when the model is built) if the padding is longer than the axis.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad1d.html
 * @example
 * layers.circularPadding1d({ padding: 2, inputShape: [100, 4] });
 */
export function circularPadding1d(options: EdgePadding1dOptions = {}): Layer {
  return new EdgePadding("circular", 1, circular, options);
}

/**
 * Surrounds the image with the other side of it, as if the ends met: [N, H, W, C] → [N, H + top + bottom, W + left + right, C]. With two pixels 0 1 2 3 becomes 2 3 0 1 2 3 0 1.
 *
 * @throws ShapeError (when the model is built) if the padding is longer than the axis.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad2d.html
 * @example
 * layers.circularPadding2d({ padding: 2 });
 */
export function circularPadding2d(options: EdgePadding2dOptions = {}): Layer {
  return new EdgePadding("circular", 2, circular, options);
}

/**
 * Surrounds a volume with the other side of it, as if the ends met: [N, D, H, W, C] → [N, D + …, H + …, W + …, C]. With two pixels 0 1 2 3 becomes 2 3 0 1 2 3 0 1.
 *
 * @throws ShapeError (when the model is built) if the padding is longer than the axis.
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.CircularPad3d.html
 * @example
 * layers.circularPadding3d({ padding: 2, inputShape: [16, 32, 32, 4] });
 */
export function circularPadding3d(options: EdgePadding3dOptions = {}): Layer {
  return new EdgePadding("circular", 3, circular, options);
}
