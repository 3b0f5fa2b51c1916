export interface Frames {
  /** Frames drawn since the meter was started. */
  readonly count: number;
  /** In the last half second or so; in the end, the mean over all the time. */
  readonly perSecond: number;
  /** Longest time between two frames, in milliseconds. */
  readonly longestGapMs: number;
}

const reportMs = 500;

/** Counts the frames that the browser draws: a page that is kept busy draws few, and late. */
export class FrameMeter {
  private count = 0;
  private longestGapMs = 0;
  private last: number | undefined;
  private startTime = 0;
  private periodStart = 0;
  private periodFrames = 0;
  private request = 0;
  private readonly report: (frames: Frames) => void;

  constructor(report: (frames: Frames) => void) {
    this.report = report;
    /* Browsers stop drawing hidden pages: that is no gap. */
    document.addEventListener("visibilitychange", () => {
      this.last = undefined;
    });
  }

  start(): void {
    this.count = 0;
    this.longestGapMs = 0;
    this.last = undefined;
    this.periodFrames = 0;
    this.startTime = this.periodStart = performance.now();
    this.next();
  }

  stop(): void {
    cancelAnimationFrame(this.request);
    this.reportMean(this.count, performance.now() - this.startTime);
  }

  private next(): void {
    cancelAnimationFrame(this.request);
    this.request = requestAnimationFrame((now) => this.frame(now));
  }

  private frame(now: number): void {
    this.count++;
    this.periodFrames++;
    if (this.last !== undefined) this.longestGapMs = Math.max(this.longestGapMs, now - this.last);
    this.last = now;
    const period = now - this.periodStart;
    if (period >= reportMs) {
      this.reportMean(this.periodFrames, period);
      this.periodStart = now;
      this.periodFrames = 0;
    }
    this.next();
  }

  private reportMean(frames: number, ms: number): void {
    const { count, longestGapMs } = this;
    this.report({ count, longestGapMs, perSecond: (frames / ms) * 1000 });
  }
}
