import { parseJson } from "../../core/parse-json.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { ModelSource, OutputFile } from "../format.ts";
import { readModelConfig } from "../keras/read-model-config.ts";
import { type Config, isObject } from "../keras/refuse.ts";
import { majorVersion } from "../keras/version.ts";
import type { SavedModel } from "../saved-model.ts";

/** An architecture as JSON, of this package or of Keras's `to_json`, without weights: those of the model will be new ones. */
export function read({ bytes, where, own }: ModelSource): SavedModel {
  const parsed = parseJson(where, new TextDecoder().decode(bytes), true) as ModelSpec | Config | null;
  if (isObject(parsed) && typeof parsed.class_name === "string")
    return readModelConfig(where, parsed, { own, version: majorVersion(parsed.keras_version) });
  const spec = parsed as ModelSpec;
  return { name: Array.isArray(spec?.inputs) ? "model" : "sequential", spec };
}

export function write({ spec }: SavedModel): OutputFile[] {
  return [{ bytes: new TextEncoder().encode(`${JSON.stringify(spec, undefined, 2)}\n`) }];
}
