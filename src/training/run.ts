import type { EpochLogs, History } from "./history.ts";

/** Progress of a run. */
export type TrainEvent =
  | {
      readonly type: "progress";
      readonly epoch: number;
      /** Steps done in this epoch, of `steps`; those are `Infinity` as long as nobody knows how long a stream is. */
      readonly step: number;
      readonly steps: number;
      /** Means over the epoch so far. */
      readonly logs: EpochLogs;
      readonly imagesPerSecond: number;
    }
  | {
      readonly type: "epochEnd";
      readonly epoch: number;
      readonly logs: EpochLogs;
      /** Time spent on training steps, in seconds. */
      readonly seconds: number;
      readonly imagesPerSecond: number;
    };

/**
 * A training run: await it for the history, or iterate over its events while it goes on.
 *
 * Events of epochs are kept for whoever begins to iterate late; of progress, only the latest.
 *
 * @example
 * const run = model.fit(train, { epochs: 3 });
 * for await (const event of run) if (event.type === "epochEnd") console.log(event.epoch, event.logs.loss);
 * const history = await run;
 */
export class TrainingRun implements PromiseLike<History>, AsyncIterable<TrainEvent> {
  private readonly result: Promise<History>;
  private readonly events: TrainEvent[] = [];
  private isOver = false;
  private wake: (() => void)[] = [];

  /** @param start does the work, and reports events */
  constructor(start: (report: (event: TrainEvent) => void) => Promise<History>) {
    this.result = start((event) => this.report(event)).finally(() => {
      this.isOver = true;
      this.notify();
    });
    /* Whoever awaits the run sees the error; a run that is only iterated must not end the process. */
    this.result.catch(() => {});
  }

  private report(event: TrainEvent): void {
    const last = this.events[this.events.length - 1];
    if (last?.type === "progress") this.events.pop();
    this.events.push(event);
    this.notify();
  }

  private notify(): void {
    const waiting = this.wake;
    this.wake = [];
    for (const resume of waiting) resume();
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited
  then<A = History, B = never>(
    onFulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, void> {
    const seen = new WeakSet<TrainEvent>();
    for (;;) {
      for (const event of [...this.events]) {
        if (seen.has(event)) continue;
        seen.add(event);
        yield event;
      }
      if (this.events.every((event) => seen.has(event))) {
        if (this.isOver) break;
        await new Promise<void>((resolve) => this.wake.push(resolve));
      }
    }
    await this.result;
  }
}
