/** A buffer and the phases during which its numbers are needed, first and last included. */
export interface Lifetime {
  readonly byteLength: number;
  readonly first: number;
  readonly last: number;
}

export const alignment = 64;

/**
 * Gives buffers offsets so that none overlaps another that lives at the same time. Largest first, each at the lowest
 * offset that is free for its lifetime.
 *
 * @param guardBytes kept free behind each buffer
 * @see Pisarchyk & Lee 2020, "Efficient memory management for deep neural net inference" (greedy by size)
 */
export function planMemory(
  lifetimes: readonly Lifetime[],
  guardBytes = 0,
): { offsets: number[]; byteLength: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: { index: number; start: number; end: number }[] = [];
  const bySize = lifetimes
    .map((_, i) => i)
    .sort((a, b) => lifetimes[b].byteLength - lifetimes[a].byteLength || a - b);
  let total = 0;
  for (const index of bySize) {
    const { byteLength, first, last } = lifetimes[index];
    const size = Math.ceil((byteLength + guardBytes) / alignment) * alignment;
    let start = 0;
    for (const other of placed) {
      const { first: otherFirst, last: otherLast } = lifetimes[other.index];
      if (otherLast < first || last < otherFirst) continue;
      if (start + size <= other.start) break;
      start = Math.max(start, other.end);
    }
    offsets[index] = start;
    placed.push({ index, start, end: start + size });
    placed.sort((a, b) => a.start - b.start);
    total = Math.max(total, start + size);
  }
  return { offsets, byteLength: total };
}
