import { OptionError } from "../core/errors.ts";
import type { Layer } from "../layers/layer.ts";

/**
 * Gives names to the layers that have none: the type and a number, as in Keras.
 *
 * @throws OptionError if two layers have the same name.
 */
export function nameLayers(where: string, layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const layer of layers) {
    if (!layer.isNamed) continue;
    if (taken.has(layer.name)) {
      throw new OptionError({
        where,
        expected: "different layer names",
        received: `"${layer.name}" twice`,
      });
    }
    taken.add(layer.name);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.isNamed) continue;
    const base = layer.name;
    let name: string;
    do {
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      name = count === 0 ? base : `${base}_${count}`;
    } while (taken.has(name));
    taken.add(name);
    layer.name = name;
  }
}
