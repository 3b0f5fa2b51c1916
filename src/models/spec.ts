import { OptionError, UsageError } from "../core/errors.ts";
import { didYouMean, lookUp } from "../core/names.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Layer } from "../layers/layer.ts";

/** A layer as JSON: its type and its options. */
export type LayerSpec = { readonly type: string } & Readonly<Record<string, unknown>>;

/** An architecture as JSON. */
export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
}

/** What makes a layer of its options. */
export type LayerFactory = (options: never) => Layer;

/** Layers as JSON. @throws UsageError for a layer with options that only code can express. */
export function specOf(layers: readonly Layer[]): ModelSpec {
  return { layers: layers.map(layerSpec) };
}

function layerSpec(layer: Layer): LayerSpec {
  const options = Object.entries({
    ...layer.options,
    name: layer.name,
    ...(layer.trainable ? {} : { trainable: false }),
  }).map(([key, value]) => {
    if (typeof value === "function") {
      throw new UsageError({
        where: layer.name,
        expected: `${key} by name, so that it can be saved`,
        received: "a function",
      });
    }
    return [key, isInitializer(value) ? { name: value.name, ...value.options } : value];
  });
  return { type: layer.type, ...Object.fromEntries(options) };
}

function isInitializer(value: unknown): value is Initializer {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Initializer>).create === "function"
  );
}

/**
 * Layers from JSON, which may come from a stranger: only types of `table` are made, and nothing is evaluated.
 *
 * @param where file the spec came from
 * @throws OptionError naming the layer's number and what is wrong with it.
 */
export function layersOf(
  where: string,
  spec: unknown,
  table: Readonly<Record<string, LayerFactory>>,
): Layer[] {
  const list = (spec as Partial<ModelSpec> | null)?.layers;
  if (!Array.isArray(list) || list.length === 0) {
    throw new OptionError({
      where,
      expected: '{ "layers": [{ "type": "conv2d", "filters": 64, … }, …] }',
      received: JSON.stringify(spec)?.slice(0, 80) ?? "nothing",
    });
  }
  return list.map((entry: unknown, i) => {
    const place = `${where}, layers[${i}]`;
    if (typeof entry !== "object" || entry === null || typeof (entry as LayerSpec).type !== "string") {
      throw new OptionError({
        where: place,
        expected: 'an object with a "type"',
        received: JSON.stringify(entry)?.slice(0, 80) ?? "nothing",
        hint: didYouMean("", Object.keys(table)),
      });
    }
    const { type, ...options } = entry as LayerSpec;
    return lookUp(place, table, type)(options as never);
  });
}
