import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Value } from "../graph/graph.ts";
import { reshape } from "../graph/ops/reshape.ts";
import { transpose } from "../graph/ops/transpose.ts";
import { checkLayerOptions, Layer, type LayerOptions } from "./layer.ts";
import { requireSpatial, requireWhole } from "./require.ts";

export interface BlockOptions extends LayerOptions {
  /** Height and width of the block of pixels that lies in the channels. Default 2. */
  blockSize?: number;
}

abstract class BlockLayer extends Layer {
  readonly type: string;
  protected readonly block: number;

  constructor(type: string, options: BlockOptions) {
    super(options);
    this.type = type;
    checkLayerOptions(type, options, ["blockSize"]);
    this.block = options.blockSize ?? 2;
    requireWhole(`layers.${type}`, "blockSize", this.block);
  }

  protected require(inputShape: Shape, fits: boolean, expected: string): void {
    if (fits) return;
    throw new ShapeError({ where: this.name, expected, received: formatShape(inputShape) });
  }
}

class DepthToSpace extends BlockLayer {
  override outputShape(inputShape: Shape): Shape {
    const { block } = this;
    requireSpatial(this.name, inputShape, 2);
    const [height, width, channels] = inputShape;
    this.require(inputShape, channels % block ** 2 === 0, `a multiple of ${block ** 2} channels`);
    return [height * block, width * block, channels / block ** 2];
  }

  override call(input: Value): Value {
    const [batch, height, width] = input.shape;
    const shape = this.outputShape(input.shape.slice(1));
    const blocks = reshape(input, [batch, height, width, this.block, this.block, shape[2]]);
    return reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, ...shape]);
  }
}

class SpaceToDepth extends BlockLayer {
  override outputShape(inputShape: Shape): Shape {
    const { block } = this;
    requireSpatial(this.name, inputShape, 2);
    const [height, width, channels] = inputShape;
    const fits = height % block === 0 && width % block === 0;
    this.require(inputShape, fits, `height and width to be multiples of ${block}`);
    return [height / block, width / block, channels * block ** 2];
  }

  override call(input: Value): Value {
    const [batch, , , channels] = input.shape;
    const shape = this.outputShape(input.shape.slice(1));
    const blocks = reshape(input, [batch, shape[0], this.block, shape[1], this.block, channels]);
    return reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, ...shape]);
  }
}

/**
 * Lays the channels of a pixel out as a block of pixels: [N, H, W, b² · C] → [N, b · H, b · W, C]. A convolution in front
 * of it makes images larger without drawing a checkerboard.
 *
 * output[n, b·y + i, b·x + j, c] = input[n, y, x, (i·b + j)·C + c], as in TensorFlow.
 *
 * @throws ShapeError (when the model is built) if the channels are no multiple of b².
 * @see https://www.tensorflow.org/api_docs/python/tf/nn/depth_to_space
 * @example
 * layers.depthToSpace({ blockSize: 2, inputShape: [8, 8, 16] }); // [16, 16, 4]
 */
export function depthToSpace(options: BlockOptions = {}): Layer {
  return new DepthToSpace("depthToSpace", options);
}

/**
 * Stacks blocks of pixels in the channels: [N, H, W, C] → [N, H / b, W / b, b² · C]. It undoes {@link depthToSpace}.
 *
 * @throws ShapeError (when the model is built) if height or width is no multiple of b.
 * @see https://www.tensorflow.org/api_docs/python/tf/nn/space_to_depth
 * @example
 * layers.spaceToDepth({ blockSize: 2, inputShape: [16, 16, 4] }); // [8, 8, 16]
 */
export function spaceToDepth(options: BlockOptions = {}): Layer {
  return new SpaceToDepth("spaceToDepth", options);
}
