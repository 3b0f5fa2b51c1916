import { parseJson } from "../../core/parse-json.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import type { SavedModel } from "../saved-model.ts";

/** An architecture as JSON, without weights: those of the model will be new ones. */
export function read({ bytes, where }: ModelSource): SavedModel {
  const spec = parseJson(where, new TextDecoder().decode(bytes)) as ModelSpec | null;
  return { name: Array.isArray(spec?.inputs) ? "model" : "sequential", spec: spec as ModelSpec };
}

export function write({ spec }: SavedModel): OutputFile[] {
  return [{ bytes: new TextEncoder().encode(`${JSON.stringify(spec, undefined, 2)}\n`) }];
}
