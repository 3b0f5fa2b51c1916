import { dot } from "./dot.ts";

/** Layers that load when a saved model or a JSON spec names one of them. */
export const furtherLayers = { dot };
