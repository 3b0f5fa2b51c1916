import type { Network } from "../../models/network.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import type { SavedModel } from "../saved-model.ts";
import { writeModel } from "./export/write-model.ts";
import { readModel } from "./import/read-model.ts";

export function read({ bytes, where }: ModelSource): SavedModel {
  return readModel(bytes, where);
}

export function write(model: SavedModel, network: Network): OutputFile[] {
  return [writeModel(model, network)];
}
