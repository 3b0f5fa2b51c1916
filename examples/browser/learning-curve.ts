import type { EpochLogs } from "convnet";

export interface CurvePoint {
  /** Images seen when it was measured. */
  readonly images: number;
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * What a run reports are means over the epoch so far. A curve of them would jump back at every epoch and hide what
 * happens now, so this keeps sums, and a point is the mean over the images since the point before.
 */
export class LearningCurve {
  /** Measured on test images. */
  readonly tests: CurvePoint[] = [];
  /** Images seen in all epochs. */
  images = 0;
  private readonly sums: (CurvePoint & { count: number })[] = [];
  private epoch = { images: 0, loss: 0, accuracy: 0 };

  /** @param images of the epoch that `logs` are the means of */
  add(images: number, logs: EpochLogs): void {
    const before = this.epoch;
    const count = images - before.images;
    if (count <= 0) return;
    this.images += count;
    this.epoch = { images, loss: logs.loss * images, accuracy: logs.accuracy * images };
    const { loss, accuracy } = this.epoch;
    const sums = { loss: loss - before.loss, accuracy: accuracy - before.accuracy };
    this.sums.push({ ...sums, count, images: this.images });
  }

  endEpoch(): void {
    this.epoch = { images: 0, loss: 0, accuracy: 0 };
  }

  addTest({ loss, accuracy }: EpochLogs): void {
    this.tests.push({ images: this.images, loss, accuracy });
  }

  /** Means over stretches of at least `stretch` images, so that a long run is no thicker a line than a short one. */
  points(stretch: number): CurvePoint[] {
    const points: CurvePoint[] = [];
    let [count, loss, accuracy] = [0, 0, 0];
    for (const sum of this.sums) {
      count += sum.count;
      loss += sum.loss;
      accuracy += sum.accuracy;
      if (count < stretch) continue;
      points.push({ images: sum.images, loss: loss / count, accuracy: accuracy / count });
      [count, loss, accuracy] = [0, 0, 0];
    }
    return points;
  }
}
