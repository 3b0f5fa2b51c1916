/** Colours that stay apart for colour-blind readers: signed numbers from orange to blue, others from dark to bright. */

export type ColorMap = keyof typeof colorMaps;

type Color = readonly [red: number, green: number, blue: number];

/** Colours at even distances from the lowest to the highest number. */
export const colorMaps = {
  grey: ["#000000", "#ffffff"],
  sequential: ["#00204c", "#213d6b", "#555b6c", "#7b7a77", "#a59c74", "#d3c064", "#ffe945"],
  diverging: ["#8a3b06", "#d97b2b", "#f4c79b", "#f4f4f2", "#a9cbe8", "#3f86c6", "#0b437c"],
} as const;

const notANumber: Color = [255, 0, 255];

function channelsOf(hex: string): Color {
  const bytes = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return [bytes[0], bytes[1], bytes[2]];
}

/**
 * The colour of a number.
 *
 * @param share where it lies between the lowest (0) and the highest (1)
 */
export function colorOf(map: ColorMap, share: number): Color {
  if (!Number.isFinite(share)) return notANumber;
  const stops = colorMaps[map];
  const position = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const first = Math.min(Math.floor(position), stops.length - 2);
  const [low, high] = [channelsOf(stops[first]), channelsOf(stops[first + 1])];
  const part = position - first;
  return [0, 1, 2].map((c) => low[c] + part * (high[c] - low[c])) as unknown as Color;
}
