/** Images seen through an affine map of their pixels' places, and the way back: each is the other's gradient. */
import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import { apply, type Op, type Value } from "../graph.ts";

/** What lies outside of the image: its mirror image, the image again, a value, or the nearest pixel. */
export type FillMode = "reflect" | "wrap" | "constant" | "nearest";
/** Weights of the four pixels around a place, or the nearest one. */
export type Interpolation = "bilinear" | "nearest";

export interface AffineTransformParams {
  /** Size of what is seen. */
  readonly height: number;
  readonly width: number;
  readonly fillMode: FillMode;
  readonly interpolation: Interpolation;
  /** For `"constant"`. */
  readonly fillValue: number;
}

/** Size of the image that a gradient belongs to. */
export interface AffineTransformGradientParams extends AffineTransformParams {
  readonly inH: number;
  readonly inW: number;
}

function requireTransforms(where: string, image: Shape, transforms: Shape): void {
  if (image.length === 4 && transforms.length === 2 && transforms[0] === image[0] && transforms[1] === 6)
    return;
  throw new ShapeError({
    where,
    expected: "images [N, H, W, C] and six numbers for each, [N, 6]",
    received: `${formatShape(image)} and ${formatShape(transforms)}`,
  });
}

/**
 * output[n, y, x, c] = images[n, b0·x + b1·y + b2, a0·x + a1·y + a2, c] for the six numbers a0 a1 a2 b0 b1 b2 of n.
 *
 * @see https://keras.io/api/ops/image/#affine_transform-function
 */
export const affineTransformOp: Op<AffineTransformParams> = {
  name: "affineTransform",
  shape([images, transforms], { height, width }) {
    requireTransforms("affineTransform", images, transforms);
    return [images[0], height, width, images[3]];
  },
  gradient: ({ inputs: [images, transforms], outputGradient, params }) => {
    const [, inH, inW] = images.shape;
    return [apply(affineTransformGradientOp, [outputGradient, transforms], { ...params, inH, inW }), null];
  },
  flops: (_, output) => 8 * sizeOf(output),
};

/** Adds each output pixel's gradient to the pixels that it was made of: [N, outH, outW, C], [N, 6] → [N, H, W, C]. */
export const affineTransformGradientOp: Op<AffineTransformGradientParams> = {
  name: "affineTransformGradient",
  shape([gradient, transforms], { inH, inW }) {
    requireTransforms("affineTransformGradient", gradient, transforms);
    return [gradient[0], inH, inW, gradient[3]];
  },
  gradient: ({ inputs: [, transforms], outputGradient, params: { inH: _h, inW: _w, ...params } }) => [
    apply(affineTransformOp, [outputGradient, transforms], { ...params, fillValue: 0 }),
    null,
  ],
  flops: ([gradient]) => 8 * sizeOf(gradient),
};

/**
 * Looks at images through an affine map: [N, H, W, C], [N, 6] → [N, height, width, C].
 *
 * Pixel (x, y) of the result is what stands at (a0·x + a1·y + a2, b0·x + b1·y + b2). The images get a gradient, the
 * numbers of the map do not.
 *
 * @throws ShapeError unless there are six numbers for each image.
 */
export function affineTransform(
  images: Value,
  transforms: Value,
  params: Partial<AffineTransformParams> = {},
): Value {
  const [, inH, inW] = images.shape;
  return apply(affineTransformOp, [images, transforms], {
    height: inH,
    width: inW,
    fillMode: "reflect",
    interpolation: "bilinear",
    fillValue: 0,
    ...params,
  });
}
