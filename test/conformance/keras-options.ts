/** Keras's options and classes as this package's. */
import { schedules } from "convnet";
import type { KerasConfig } from "./keras-layers.ts";
import { Unsupported } from "./outcome.ts";

/** Names whose words Keras does not part. */
const ownNames: Record<string, string> = {
  clipnorm: "clipNorm",
  global_clipnorm: "globalClipNorm",
  clipvalue: "clipValue",
};

/** Options that say nothing here: everything is float32 and planned whole. */
const ignored = new Set(["name", "dtype", "jit_compile", "is_legacy_optimizer", "run_eagerly"]);

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

interface KerasObject {
  readonly class_name: string;
  readonly config: KerasConfig;
}

function isObject(value: unknown): value is KerasObject {
  return typeof value === "object" && value !== null && "class_name" in value && "config" in value;
}

/** A config under this package's names; what is `null` there is not given here. */
export function optionsOf(config: KerasConfig): Record<string, unknown> {
  const entries = Object.entries(config)
    .filter(([key, value]) => value !== null && !ignored.has(key))
    .map(([key, value]) => [
      ownNames[key] ?? camelCase(key),
      isObject(value) ? scheduleOf(value.class_name, value.config) : value,
    ]);
  return Object.fromEntries(entries);
}

/** What a table has under the name of a Keras class: `AUC` → `auc`, `MeanIoU` → `meanIoU`. @throws Unsupported if nothing. */
export function made<Made>(
  kind: string,
  table: Readonly<Record<string, unknown>>,
  className: string,
  options: Record<string, unknown>,
): Made {
  const name = Object.keys(table).find((key) => key.toLowerCase() === className.toLowerCase());
  if (name === undefined) throw new Unsupported(`no ${kind} ${className}`);
  return (table[name] as (options: Record<string, unknown>) => Made)(options);
}

/** A learning-rate schedule. */
export function scheduleOf(className: string, config: KerasConfig): schedules.Schedule {
  return made("schedule", schedules, className, optionsOf(config));
}
