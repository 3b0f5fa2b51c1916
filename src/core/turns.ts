/** Long work on the calling thread gives others their turn: timers, events, frames. Milliseconds. */
const longestHold = 8;

/** Counts how long the thread has been held since others last had their turn. */
export class Turns {
  private start = performance.now();

  /** Lets others go first if it is time for it. */
  async pass(): Promise<void> {
    if (performance.now() - this.start < longestHold) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
    this.start = performance.now();
  }
}

/** Work in pieces: it yields between them, or yields what it must wait for. */
export type Pieces<Result> = Generator<Promise<unknown> | undefined, Result, undefined>;

export async function runInTurns<Result>(work: Pieces<Result>): Promise<Result> {
  const turns = new Turns();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await value;
    await turns.pass();
  }
}

/** Index of the first element that `isSought`, or -1. */
export async function findInTurns(
  array: ArrayLike<number>,
  isSought: (value: number) => boolean,
): Promise<number> {
  const turns = new Turns();
  const block = 1 << 18;
  for (let from = 0; from < array.length; from += block) {
    const to = Math.min(array.length, from + block);
    for (let i = from; i < to; i++) if (isSought(array[i])) return i;
    await turns.pass();
  }
  return -1;
}
