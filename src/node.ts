/**
 * What needs files: data sets on disk.
 *
 * @module convnet/node
 */

export { type PixelTableOptions, pixelTable } from "./data/csv/pixel-table.ts";
export { type ImageFolder, type ImageFolderOptions, imageFolder } from "./data/folder/image-folder.ts";
export type { ImageFile, LeftOut } from "./data/folder/list-images.ts";
export { decodeImage, type Interpolation, type ReadImageOptions } from "./data/image/decode-image.ts";
export { readImage } from "./data/image/read-image.ts";
export type { TrainAndTest } from "./data/mnist.ts";
export { fashionMnist, idxFolder, type MnistOptions, mnist } from "./data/mnist.ts";
export { type NpyArray, readNpy } from "./data/npy/read-npy.ts";
export { npzDatasets, readNpz } from "./data/npy/read-npz.ts";
export { type ShardItem, type WebDatasetOptions, webDataset } from "./data/shards/web-dataset.ts";
