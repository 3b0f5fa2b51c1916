import { OptionError } from "../../core/errors.ts";
import type { LayerSpec, ModelSpec } from "../../models/spec.ts";
import type { SpecFix } from "./spec-report.ts";

type Calls = readonly (readonly string[] | { readonly inputs: readonly string[] })[];

/**
 * A spec with a fix of `checkSpec` applied; the spec itself stays as it is.
 *
 * @throws OptionError if the spec has no such layer.
 * @example
 * const spec = { layers: [{ type: "maxPooling2d", inputShape: [11, 11, 16] }, { type: "dense", units: 10 }] };
 * const { problems } = await checkSpec(spec);
 * const repaired = problems.reduce((now, { fixes: [fix] }) => (fix ? applyFix(now, fix) : now), spec);
 */
export function applyFix<Spec extends ModelSpec>(spec: Spec, { edit }: SpecFix): Spec {
  const { layers } = spec;
  if (!(edit.at >= 0 && edit.at < layers.length)) {
    throw new OptionError({
      where: "applyFix",
      expected: `the number of one of ${layers.length} layers`,
      received: String(edit.at),
    });
  }
  const before = layers.slice(0, edit.at);
  const after = layers.slice(edit.at + 1);
  const layer = layers[edit.at];
  if (edit.kind === "set")
    return { ...spec, layers: [...before, withOptions(layer, edit.options), ...after] };
  if (edit.kind === "remove") {
    const [next, ...others] = after;
    const { inputShape } = layer;
    const takesOver = next && edit.at === 0 && inputShape !== undefined && next.inputShape === undefined;
    return { ...spec, layers: takesOver ? [{ ...next, inputShape }, ...others] : [...before, ...after] };
  }
  const calls = layer.calls as Calls | undefined;
  if (!calls) return { ...spec, layers: [...before, edit.layer, layer, ...after] };
  /* In a graph, the new layer reads what the layer read, and the layer reads the new one, use for use. */
  const name = freeName(layers, edit.layer.type);
  const ref = (use: number): string => (calls.length > 1 ? `${name}#${use}` : name);
  const reading = calls.map((call, use) => ("inputs" in call ? { ...call, inputs: [ref(use)] } : [ref(use)]));
  const inserted = { ...edit.layer, name, calls };
  return { ...spec, layers: [...before, inserted, { ...layer, calls: reading }, ...after] };
}

function withOptions(layer: LayerSpec, options: Readonly<Record<string, unknown>>): LayerSpec {
  const entries = Object.entries({ ...layer, ...options }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as LayerSpec;
}

function freeName(layers: readonly LayerSpec[], type: string): string {
  const taken = new Set(layers.map(({ name }) => name));
  for (let i = 0; ; i++) {
    const name = i === 0 ? type : `${type}_${i}`;
    if (!taken.has(name)) return name;
  }
}
