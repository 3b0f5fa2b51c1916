import { OptionError } from "../core/errors.ts";
import { type LearningRate, rateAt } from "../schedules/schedule.ts";

/** Step sizes of the optimizers of a model or step: numbers that can be set, or schedules. */
export class LearningRates {
  readonly rates: LearningRate[];

  constructor(rates: readonly LearningRate[]) {
    this.rates = [...rates];
  }

  get isScheduled(): boolean {
    return this.rates.some((rate) => typeof rate === "object");
  }

  /** @param step optimizer steps taken before, from 0 */
  at(step: number, optimizer = 0): number {
    return rateAt(this.rates[optimizer], step);
  }

  /** Sets all of them. @throws OptionError if one has a schedule, or unless the rate is a positive number. */
  set(rate: number): void {
    if (this.isScheduled || !(rate > 0 && rate < Infinity)) {
      throw new OptionError({
        where: "learningRate",
        expected: this.isScheduled ? "no other rate than the schedule's" : "a positive number",
        received: String(rate),
      });
    }
    this.rates.fill(rate);
  }
}
