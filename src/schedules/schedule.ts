/** A step size that changes with the steps taken, computed in float64 by the caller of each step. */
export interface Schedule {
  readonly name: string;
  /** What it was made with, for saved models. */
  readonly options: Readonly<Record<string, unknown>>;
  /** @param step optimizer steps taken before this one, from 0 */
  at(step: number): number;
}

/** A step size, or how it changes. */
export type LearningRate = number | Schedule;

/** @param step optimizer steps taken before this one, from 0 */
export function rateAt(rate: LearningRate, step: number): number {
  return typeof rate === "number" ? rate : rate.at(step);
}
