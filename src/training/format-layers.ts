import type { LayerFactories } from "../models/spec.ts";

/** Layers that only foreign formats have, by type. They are loaded when a model names them. */
const further: Readonly<Record<string, () => Promise<LayerFactories[string]>>> = {
  onnx: async () => (await import("../formats/onnx/onnx-layer.ts")).onnx,
};

/** The caller's own layers, and those of foreign formats that a spec names. */
export async function withFormatLayers(spec: unknown, own: LayerFactories = {}): Promise<LayerFactories> {
  const types = Object.keys(further).filter((type) => names(spec, type) && !Object.hasOwn(own, type));
  if (types.length === 0) return own;
  const loaded = await Promise.all(types.map(async (type) => [type, await further[type]()] as const));
  return { ...Object.fromEntries(loaded), ...own };
}

/** Whether a layer of a spec, or of a model inside it, is of that type. */
function names(spec: unknown, type: string): boolean {
  const layers = (spec as { layers?: unknown } | null | undefined)?.layers;
  if (!Array.isArray(layers)) return false;
  return layers.some((layer: { type?: unknown; model?: unknown } | null) => {
    return layer?.type === type || (layer?.type === "model" && names(layer.model, type));
  });
}
