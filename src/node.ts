/**
 * What needs files: data sets on disk.
 *
 * @module convnet/node
 */
export { decodeImage, type Interpolation, type ReadImageOptions } from "./data/image/decode-image.ts";
export { readImage } from "./data/image/read-image.ts";
export type { TrainAndTest } from "./data/mnist.ts";
export { fashionMnist, idxFolder, type MnistOptions, mnist } from "./data/mnist.ts";
