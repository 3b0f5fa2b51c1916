import type { ModelSource, OutputFile } from "../format.ts";
import type { SavedModel } from "../saved-model.ts";
import { readModel, writeModel } from "./model.ts";

export function read({ bytes, where }: ModelSource): SavedModel {
  return readModel(bytes, where);
}

export function write(model: SavedModel): OutputFile[] {
  return [{ bytes: writeModel(model) }];
}
