/**
 * The networks that are measured. Those with a PyTorch side are written the same way in `suites/nets.py`: another one is
 * an entry here and one there.
 */
import {
  type Activation,
  type Dataset,
  dataset,
  input,
  type Layer,
  layers,
  type Model,
  type ModelOptions,
  model,
  ops,
} from "convnet";

type Tensor = ReturnType<typeof input>;

interface Network {
  /** Shape of one image. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** What becomes of an image. */
  readonly apply: (image: Tensor) => Tensor;
  /** Whether every pixel is of one of two classes, instead of the image of one of ten. Default false. */
  readonly perPixel?: boolean;
}

/** One layer after the other. */
const chain =
  (list: () => readonly Layer[]) =>
  (image: Tensor): Tensor =>
    list().reduce((maps: Tensor, layer) => layer.apply(maps), image);

const conv = (
  filters: number,
  kernelSize: number,
  options: Partial<Parameters<typeof layers.conv2d>[0]> = {},
) => layers.conv2d({ filters, kernelSize, padding: "same", activation: "relu", ...options });
/** Convolution, batch normalization, and maybe an activation. */
function normed(
  maps: Tensor,
  options: Parameters<typeof layers.conv2d>[0],
  activation?: "relu" | Activation,
): Tensor {
  const made = layers.conv2d({ padding: "same", useBias: false, ...options }).apply(maps);
  const even = layers.batchNormalization().apply(made);
  return activation ? layers.activation({ activation }).apply(even) : even;
}

const relu6: Activation = (value) => ops.minimum(ops.relu(value), 6);

const pool = () => layers.maxPooling2d({ poolSize: 2 });
const classes = () => layers.dense({ units: 10, activation: "softmax" });

const networks = {
  /** The article's network on 28 × 28 digits. */
  article: {
    inputShape: [28, 28, 1],
    apply: chain(() => [
      conv(64, 3, { padding: "valid" }),
      pool(),
      conv(64, 3, { padding: "valid" }),
      pool(),
      layers.flatten(),
      layers.dense({ units: 128, activation: "relu" }),
      classes(),
    ]),
  },
  /** LeCun et al. 1998 with full connections between maps: tanh and average pooling. */
  lenet5: {
    inputShape: [28, 28, 1],
    apply: chain(() => [
      conv(6, 5, { activation: "tanh" }),
      layers.averagePooling2d({ poolSize: 2 }),
      conv(16, 5, { activation: "tanh", padding: "valid" }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 120, activation: "tanh" }),
      layers.dense({ units: 84, activation: "tanh" }),
      classes(),
    ]),
  },
  /** All-CNN-C of Springenberg et al. 2014 (arXiv 1412.6806): strides instead of pools. */
  allConvolutional: {
    inputShape: [32, 32, 3],
    apply: chain(() => [
      conv(96, 3),
      conv(96, 3),
      conv(96, 3, { strides: 2 }),
      conv(192, 3),
      conv(192, 3),
      conv(192, 3, { strides: 2 }),
      conv(192, 3, { padding: "valid" }),
      conv(192, 1),
      conv(10, 1),
      layers.globalAveragePooling2d(),
      layers.activation({ activation: "softmax" }),
    ]),
  },
  /** Simonyan and Zisserman 2014, column A, with one dense layer as is usual on 32 × 32. */
  vgg11: {
    inputShape: [32, 32, 3],
    apply: chain(() => [
      ...[64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0].map((filters) =>
        filters > 0 ? conv(filters, 3) : pool(),
      ),
      layers.flatten(),
      classes(),
    ]),
  },
  /** He et al. 2015 (arXiv 1512.03385), section 4.2, with projections where the size changes. */
  resnet20: {
    inputShape: [32, 32, 3],
    apply: (image) => {
      let maps = normed(image, { filters: 16, kernelSize: 3 }, "relu");
      for (const [filters, first] of [
        [16, 1],
        [32, 2],
        [64, 2],
      ]) {
        for (const strides of [first, 1, 1]) {
          const inside = normed(maps, { filters, kernelSize: 3, strides }, "relu");
          const body = normed(inside, { filters, kernelSize: 3 });
          const shortcut = strides === 1 ? maps : normed(maps, { filters, kernelSize: 1, strides });
          maps = layers.activation({ activation: "relu" }).apply(layers.add().apply([body, shortcut]));
        }
      }
      return classes().apply(layers.globalAveragePooling2d().apply(maps));
    },
  },
  /** Sandler et al. 2018 (arXiv 1801.04381), width 1. */
  mobilenetV2: {
    inputShape: [96, 96, 3],
    apply: (image) => {
      let maps = normed(image, { filters: 32, kernelSize: 3, strides: 2 }, relu6);
      let channels = 32;
      for (const [expansion, filters, count, first] of [
        [1, 16, 1, 1],
        [6, 24, 2, 2],
        [6, 32, 3, 2],
        [6, 64, 4, 2],
        [6, 96, 3, 1],
        [6, 160, 3, 2],
        [6, 320, 1, 1],
      ]) {
        for (let block = 0; block < count; block++) {
          const strides = block === 0 ? first : 1;
          const wide = channels * expansion;
          const expanded = expansion > 1 ? normed(maps, { filters: wide, kernelSize: 1 }, relu6) : maps;
          const filtered = normed(expanded, { filters: wide, kernelSize: 3, strides, groups: wide }, relu6);
          const narrow = normed(filtered, { filters, kernelSize: 1 });
          maps = strides === 1 && channels === filters ? layers.add().apply([maps, narrow]) : narrow;
          channels = filters;
        }
      }
      const last = normed(maps, { filters: 1280, kernelSize: 1 }, relu6);
      return classes().apply(layers.globalAveragePooling2d().apply(last));
    },
  },
  /** Ronneberger et al. 2015 (arXiv 1505.04597) with padding, 16 to 128 channels, one class a pixel. */
  unet: {
    inputShape: [64, 64, 3],
    perPixel: true,
    apply: (image) =>
      layers
        .conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid" })
        .apply(level(image, [16, 32, 64, 128])),
  },
} satisfies Record<string, Network>;

/** One level of a U-Net: what lies below works on half the size and comes back up beside the level's own maps. */
function level(image: Tensor, [filters, ...below]: readonly number[]): Tensor {
  const maps = twice(filters, image);
  if (below.length === 0) return maps;
  const deep = level(pool().apply(maps), below);
  const up = layers.conv2dTranspose({ filters, kernelSize: 2, strides: 2 }).apply(deep);
  return twice(filters, layers.concatenate().apply([maps, up]));
}

const twice = (filters: number, image: Tensor): Tensor =>
  conv(filters, 3).apply(conv(filters, 3).apply(image));

export type NetworkName = keyof typeof networks;

/** A network by name, or 3 × 3 convolutions of 32 channels, one after the other: `{ side, depth }`. */
export type NetworkChoice = NetworkName | { readonly side: number; readonly depth: number };

/** @throws Error for a name that is not in the table */
export function networkOf(choice: NetworkChoice): Network {
  if (typeof choice !== "string") {
    const { side, depth } = choice;
    return {
      inputShape: [side, side, 3],
      apply: chain(() => [
        ...Array.from({ length: depth }, () => conv(32, 3)),
        layers.globalAveragePooling2d(),
        classes(),
      ]),
    };
  }
  if (!Object.hasOwn(networks, choice)) {
    throw new Error(`No network ${choice}. There are ${Object.keys(networks).join(", ")}.`);
  }
  return networks[choice];
}

/** The network, compiled with Adam for its classes. */
export function compiledModel(choice: NetworkChoice, options: ModelOptions = {}): Model {
  const { inputShape, apply, perPixel } = networkOf(choice);
  const image = input({ shape: inputShape });
  const made = model({ inputs: image, outputs: apply(image), seed: 1, ...options });
  if (perPixel) made.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  else made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return made;
}

/** Images of noise with classes at random: what is measured does not depend on what they show. */
export function noise(choice: NetworkChoice, count: number): Dataset {
  const { inputShape, perPixel } = networkOf(choice);
  const pixels = inputShape[0] * inputShape[1];
  const x = new Float32Array(count * pixels * inputShape[2]);
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  for (let i = 0; i < x.length; i++) x[i] = next() / 2 ** 24;
  const [length, classCount] = perPixel ? [count * pixels, 2] : [count, 10];
  const y = Uint8Array.from({ length }, () => next() % classCount);
  return dataset({ x, y, sampleShape: inputShape });
}
