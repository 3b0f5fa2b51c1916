/** Keras's layer classes and option names as this package's layers. */
import { layers } from "convnet";
import type { Layer } from "../../src/layers/layer.ts";
import { Unsupported } from "./outcome.ts";

export type KerasConfig = Readonly<Record<string, unknown>>;

type Options = Record<string, never>;
type Factory = (options: never) => Layer;

const factories: Record<string, Factory> = {
  Activation: layers.activation,
  Add: layers.add,
  Average: layers.average,
  AveragePooling1D: layers.averagePooling1d,
  AveragePooling2D: layers.averagePooling2d,
  AveragePooling3D: layers.averagePooling3d,
  BatchNormalization: layers.batchNormalization,
  Concatenate: layers.concatenate,
  Conv1D: layers.conv1d,
  Conv1DTranspose: layers.conv1dTranspose,
  Conv2D: layers.conv2d,
  Conv2DTranspose: layers.conv2dTranspose,
  Conv3D: layers.conv3d,
  Conv3DTranspose: layers.conv3dTranspose,
  Cropping1D: layers.cropping1d,
  Cropping2D: layers.cropping2d,
  Cropping3D: layers.cropping3d,
  Dense: layers.dense,
  DepthwiseConv1D: layers.depthwiseConv1d,
  DepthwiseConv2D: layers.depthwiseConv2d,
  Dot: layers.dot,
  Dropout: layers.dropout,
  ELU: layers.elu,
  Flatten: layers.flatten,
  GaussianDropout: layers.gaussianDropout,
  GaussianNoise: layers.gaussianNoise,
  GlobalAveragePooling1D: layers.globalAveragePooling1d,
  GlobalAveragePooling2D: layers.globalAveragePooling2d,
  GlobalAveragePooling3D: layers.globalAveragePooling3d,
  GlobalMaxPooling1D: layers.globalMaxPooling1d,
  GlobalMaxPooling2D: layers.globalMaxPooling2d,
  GlobalMaxPooling3D: layers.globalMaxPooling3d,
  LeakyReLU: layers.leakyRelu,
  MaxPooling1D: layers.maxPooling1d,
  MaxPooling2D: layers.maxPooling2d,
  MaxPooling3D: layers.maxPooling3d,
  Maximum: layers.maximum,
  Minimum: layers.minimum,
  Multiply: layers.multiply,
  Permute: layers.permute,
  PReLU: layers.prelu,
  ReLU: layers.relu,
  RepeatVector: layers.repeatVector,
  Reshape: layers.reshape,
  SeparableConv1D: layers.separableConv1d,
  SeparableConv2D: layers.separableConv2d,
  Softmax: layers.softmax,
  Subtract: layers.subtract,
  UpSampling1D: layers.upSampling1d,
  UpSampling2D: layers.upSampling2d,
  UpSampling3D: layers.upSampling3d,
  ZeroPadding1D: layers.zeroPadding1d,
  ZeroPadding2D: layers.zeroPadding2d,
  ZeroPadding3D: layers.zeroPadding3d,
};

/** Options that say nothing here: the layout is always channels last; see `channelsLast`. */
const ignored = new Set(["data_format", "noise_shape", "seed"]);

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Our spelling of what stands beside a name. */
export const camelCaseKeys = (config: KerasConfig): KerasConfig =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));

/** Our layer for a Keras class and its config. @throws Unsupported if there is none. */
export function kerasLayer(className: string, config: KerasConfig, inputShape?: readonly number[]): Layer {
  const factory = factories[className];
  if (!factory) throw new Unsupported(`no layer ${className}`);
  const options: Record<string, unknown> = inputShape ? { inputShape } : {};
  for (const [key, value] of Object.entries(config)) {
    if (ignored.has(key) || value === null) continue;
    options[camelCase(key)] = value;
  }
  return factory(options as Options as never);
}

/** Numbers and the shape that says where they stand. */
export interface Layout {
  readonly data: readonly number[];
  readonly shape: readonly number[];
}

/** Whether a case has its channels in front of the spatial axes. */
export function hasChannelsFirst({ data_format: format }: KerasConfig): boolean {
  return format === "channels_first";
}

/** [N, C, …] → [N, …, C]. */
export function channelsLast({ data, shape: [batch, channels, ...spatial] }: Layout): Layout {
  return { data: swapped(data, batch, channels), shape: [batch, ...spatial, channels] };
}

/** [N, …, C] → [N, C, …]. */
export function channelsFirst({ data, shape }: Layout): Layout {
  const [batch, channels] = [shape[0], shape[shape.length - 1]];
  const pixels = data.length / batch / channels;
  return { data: swapped(data, batch, pixels), shape: [batch, channels, ...shape.slice(1, -1)] };
}

/** Transposes a matrix of `rows` in each sample. */
function swapped(data: readonly number[], batch: number, rows: number): number[] {
  const columns = data.length / batch / rows;
  return data.map((_, i) => {
    const n = Math.floor(i / (rows * columns));
    const at = i - n * rows * columns;
    return data[n * rows * columns + (at % rows) * columns + Math.floor(at / rows)];
  });
}
