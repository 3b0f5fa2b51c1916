import type { EpochTotals } from "./totals.ts";

/** Totals of an epoch that is under way, as a checkpoint holds them. */
export interface SavedTotals {
  readonly losses: Readonly<Record<string, number>>;
  readonly samples: number;
  readonly collected: Readonly<
    Record<
      string,
      Readonly<Record<string, { sums: readonly number[]; pieces: readonly (readonly number[])[] }>>
    >
  >;
}

/** What was added so far, as JSON can hold it. */
export function saveTotals({ losses, samples, collected }: EpochTotals): SavedTotals {
  const lists = [...collected].map(([{ key }, totals]) => {
    const numbers = [...totals].map(([name, { sums, pieces }]) => [
      name,
      { sums: [...sums], pieces: pieces.map((piece) => [...piece]) },
    ]);
    return [key, Object.fromEntries(numbers)];
  });
  return { losses: Object.fromEntries(losses), samples, collected: Object.fromEntries(lists) };
}

/** Goes on from what `saveTotals` gave. */
export function restoreTotals(into: EpochTotals, { losses, samples, collected }: SavedTotals): void {
  for (const [key, sum] of Object.entries(losses)) into.losses.set(key, sum);
  into.samples = samples;
  for (const metric of into.metrics) {
    const totals = Object.entries(collected[metric.key] ?? {}).map(([name, { sums, pieces }]) => {
      const arrays = {
        sums: Float64Array.from(sums),
        pieces: pieces.map((piece) => Float64Array.from(piece)),
      };
      return [name, arrays] as const;
    });
    if (totals.length > 0) into.collected.set(metric, new Map(totals));
  }
}
