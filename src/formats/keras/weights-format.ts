/** Keras 3's `.weights.h5`: weights without a model. */
import type { Network } from "../../models/network.ts";
import type { OutputFile } from "../format.ts";
import { GroupBuilder, writeHdf5 } from "../hdf5/write-hdf5.ts";
import type { SavedModel } from "../saved-model.ts";
import { writeWeightsFile } from "./weights-file.ts";

export { read, readWeights } from "./h5-format.ts";

export function write({ weights = [] }: SavedModel, network: Network): OutputFile[] {
  const root = new GroupBuilder();
  writeWeightsFile(root, network, weights);
  return [{ bytes: writeHdf5(root) }];
}
