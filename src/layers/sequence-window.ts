import { lookUp } from "../core/names.ts";
import type { Padding } from "../core/window.ts";
import { type SizeNd, type SlidingOptions, type SlidingWindow, slidingWindow } from "./conv.ts";

/** As for images, or `"causal"`: zeros in front only, so that no output sees what comes after it. */
export type SequencePadding = Padding | "causal";

const names = { valid: "valid", same: "same", causal: "causal" } as const;

/** The window of a layer over sequences. */
export function sequenceWindow(
  where: string,
  rank: number,
  { padding = "valid", ...options }: SlidingOptions<SizeNd, SequencePadding>,
): SlidingWindow {
  const named = typeof padding === "string" ? lookUp(where, names, padding) : padding;
  if (named !== "causal") return slidingWindow(where, rank, { ...options, padding: named });
  const window = slidingWindow(where, rank, options);
  return {
    ...window,
    padding: window.size.map((size, axis) => [(size - 1) * window.dilation[axis], 0] as const),
  };
}
