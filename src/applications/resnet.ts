import type { SymbolicTensor } from "../layers/layer.ts";
import { add } from "../layers/merge.ts";
import { maxPooling2d } from "../layers/pooling.ts";
import { zeroPadding2d } from "../layers/zero-padding.ts";
import type { Model } from "../training/model.ts";
import {
  type ApplicationOptions,
  activated,
  classifier,
  convolved,
  frameOf,
  normalized,
} from "./application.ts";

const epsilon = 1.001e-5;

/** A residual block: what comes in, how many filters, the stride, whether the shortcut needs weights, its name. */
type Block = (
  x: SymbolicTensor,
  filters: number,
  stride: number,
  isProjected: boolean,
  name: string,
) => SymbolicTensor;

function stem(image: SymbolicTensor, useBias: boolean, isNormalized: boolean): SymbolicTensor {
  let x = zeroPadding2d({ padding: 3, name: "conv1_pad" }).apply(image);
  x = convolved(x, "conv1_conv", 64, 7, { strides: 2, useBias });
  if (isNormalized) x = activated(normalized(x, "conv1_bn", { epsilon }), "conv1_relu");
  x = zeroPadding2d({ padding: 1, name: "pool1_pad" }).apply(x);
  return maxPooling2d({ poolSize: 3, strides: 2, name: "pool1_pool" }).apply(x);
}

/** Two 3 × 3 convolutions, normalized behind each. */
const basic: Block = (x, filters, stride, isProjected, name) => {
  const conv = (from: SymbolicTensor, part: string, strides: number) =>
    convolved(from, `${name}_${part}_conv`, filters, 3, {
      strides,
      padding:
        strides === 1
          ? "same"
          : [
              [1, 1],
              [1, 1],
            ],
      useBias: false,
    });
  const shortcut = isProjected
    ? normalized(
        convolved(x, `${name}_0_conv`, filters, 1, { strides: stride, useBias: false }),
        `${name}_0_bn`,
        { epsilon },
      )
    : x;
  let y = activated(normalized(conv(x, "1", stride), `${name}_1_bn`, { epsilon }), `${name}_1_relu`);
  y = normalized(conv(y, "2", 1), `${name}_2_bn`, { epsilon });
  return activated(add({ name: `${name}_add` }).apply([shortcut, y]), `${name}_out`);
};

/** Down to few channels, 3 × 3, and up again; normalized behind each. */
const bottleneck: Block = (x, filters, stride, isProjected, name) => {
  const shortcut = isProjected
    ? normalized(convolved(x, `${name}_0_conv`, 4 * filters, 1, { strides: stride }), `${name}_0_bn`, {
        epsilon,
      })
    : x;
  let y = convolved(x, `${name}_1_conv`, filters, 1, { strides: stride });
  y = activated(normalized(y, `${name}_1_bn`, { epsilon }), `${name}_1_relu`);
  y = convolved(y, `${name}_2_conv`, filters, 3, { padding: "same" });
  y = activated(normalized(y, `${name}_2_bn`, { epsilon }), `${name}_2_relu`);
  y = normalized(convolved(y, `${name}_3_conv`, 4 * filters, 1), `${name}_3_bn`, { epsilon });
  return activated(add({ name: `${name}_add` }).apply([shortcut, y]), `${name}_out`);
};

/** As the bottleneck, but normalized before each convolution. */
const bottleneckV2: Block = (x, filters, stride, isProjected, name) => {
  const before = activated(normalized(x, `${name}_preact_bn`, { epsilon }), `${name}_preact_relu`);
  const same = stride > 1 ? maxPooling2d({ poolSize: 1, strides: stride }).apply(x) : x;
  const shortcut = isProjected
    ? convolved(before, `${name}_0_conv`, 4 * filters, 1, { strides: stride })
    : same;
  let y = convolved(before, `${name}_1_conv`, filters, 1, { useBias: false });
  y = activated(normalized(y, `${name}_1_bn`, { epsilon }), `${name}_1_relu`);
  y = zeroPadding2d({ padding: 1, name: `${name}_2_pad` }).apply(y);
  y = convolved(y, `${name}_2_conv`, filters, 3, { strides: stride, useBias: false });
  y = activated(normalized(y, `${name}_2_bn`, { epsilon }), `${name}_2_relu`);
  y = convolved(y, `${name}_3_conv`, 4 * filters, 1);
  return add({ name: `${name}_out` }).apply([shortcut, y]);
};

/** Four stages of blocks; the first block of a stage halves the image, but for the first stage. */
function resnet(name: string, depths: readonly number[], block: Block, options: ApplicationOptions): Model {
  const frame = frameOf(name, options);
  const isBasic = block === basic;
  let x = stem(frame.image, !isBasic, true);
  for (const [i, depth] of depths.entries()) {
    const stride = i === 0 ? 1 : 2;
    for (let j = 1; j <= depth; j++) {
      const isProjected = j === 1 && !(isBasic && i === 0);
      x = block(x, 64 * 2 ** i, j === 1 ? stride : 1, isProjected, `conv${i + 2}_block${j}`);
    }
  }
  return frame.model(classifier(frame, x, "avg_pool"));
}

/** Four stages; the last block of a stage halves the image, but for the last stage. */
function resnetV2(name: string, depths: readonly number[], options: ApplicationOptions): Model {
  const frame = frameOf(name, options);
  let x = stem(frame.image, true, false);
  for (const [i, depth] of depths.entries()) {
    const stride = i === depths.length - 1 ? 1 : 2;
    for (let j = 1; j <= depth; j++)
      x = bottleneckV2(x, 64 * 2 ** i, j === depth ? stride : 1, j === 1, `conv${i + 2}_block${j}`);
  }
  x = activated(normalized(x, "post_bn", { epsilon }), "post_relu");
  return frame.model(classifier(frame, x, "avg_pool"));
}

/**
 * Residual network of 18 layers: 11.7 million weights.
 *
 * Keras has no such network; names follow its larger ones, convolutions have no bias.
 *
 * @see He et al. 2015, "Deep residual learning for image recognition"
 * @example
 * const network = applications.resnet18({ inputShape: [32, 32, 3], classes: 10 });
 */
export function resnet18(options: ApplicationOptions = {}): Model {
  return resnet("resnet18", [2, 2, 2, 2], basic, options);
}

/**
 * Residual network of 34 layers: 21.8 million weights.
 *
 * @see {@link resnet18}
 * @example
 * const network = applications.resnet34({ inputShape: [32, 32, 3], classes: 10 });
 */
export function resnet34(options: ApplicationOptions = {}): Model {
  return resnet("resnet34", [3, 4, 6, 3], basic, options);
}

/**
 * Residual network of 50 layers: 25.6 million weights, named as Keras's.
 *
 * Images for Keras's weights: 0 to 255 less the mean of ImageNet, blue first.
 *
 * @see He et al. 2015, "Deep residual learning for image recognition"
 * @see https://keras.io/api/applications/resnet/
 * @example
 * const network = applications.resnet50({ includeTop: false, inputShape: [64, 64, 3], pooling: "avg" });
 */
export function resnet50(options: ApplicationOptions = {}): Model {
  return resnet("resnet50", [3, 4, 6, 3], bottleneck, options);
}

/**
 * Residual network of 50 layers that normalizes before convolutions, named as Keras's. Images from −1 to 1.
 *
 * @see He et al. 2016, "Identity mappings in deep residual networks"
 * @see https://keras.io/api/applications/resnet/
 * @example
 * const network = applications.resnet50V2({ includeTop: false, inputShape: [64, 64, 3] });
 */
export function resnet50V2(options: ApplicationOptions = {}): Model {
  return resnetV2("resnet50v2", [3, 4, 6, 3], options);
}
