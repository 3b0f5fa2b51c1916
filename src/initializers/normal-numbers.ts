import type { Random } from "../core/random.ts";

/** Standard deviation of normal numbers, with deviation 1 at first, of which those beyond ±2 are drawn again. */
export const truncatedDeviation = 0.87962566103423978;

/** Normal numbers; those further than two deviations from the mean are drawn again. */
export const truncated =
  (mean: number, deviation: number, random: Random): (() => number) =>
  () => {
    for (;;) {
      const value = random.normal();
      if (Math.abs(value) <= 2) return mean + value * deviation;
    }
  };

export const untruncated =
  (mean: number, deviation: number, random: Random): (() => number) =>
  () =>
    mean + random.normal() * deviation;
