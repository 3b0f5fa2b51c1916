import type { ModelSource } from "../format.ts";
import type { SavedModel } from "../saved-model.ts";
import { readModel } from "./import/read-model.ts";

export function read({ bytes, where }: ModelSource): SavedModel {
  return readModel(bytes, where);
}
