import { OptionError } from "../core/errors.ts";
import { camelCase, didYouMean } from "../core/names.ts";

/** Which way a watched number gets better. `"auto"`: as its name says. */
export type MonitorMode = "auto" | "min" | "max";

export interface MonitorOptions {
  /** Number of the logs to watch, such as `"valLoss"` or `"valAccuracy"`. Default `"valLoss"`. */
  monitor?: string;
  /** Default `"auto"`. */
  mode?: MonitorMode;
}

export const monitorOptions = ["monitor", "mode"];

const rising = /accuracy|auc|precision|recall|f1|score|iou|similarity|r2|specificity|sensitivity|topk|top\d/i;
const falling = /loss|error|entropy|divergence|hinge|poisson|huber|cosh|squared|absolute|mse|mae/i;

/** A number in the logs that should get better. */
export class Monitor {
  readonly name: string;
  readonly isRising: boolean;
  private readonly where: string;

  /** @throws OptionError if the name does not say which way is better and `mode` does not either. */
  constructor(where: string, { monitor = "valLoss", mode = "auto" }: MonitorOptions) {
    this.where = where;
    this.name = camelCase(monitor);
    if (!["auto", "min", "max"].includes(mode)) {
      throw new OptionError({
        where,
        expected: 'mode "auto", "min" or "max"',
        received: JSON.stringify(mode),
      });
    }
    const isKnown = falling.test(this.name) || rising.test(this.name);
    if (mode === "auto" && !isKnown) {
      throw new OptionError({
        where,
        expected: `mode "min" or "max", as the name ${JSON.stringify(monitor)} does not tell`,
        received: '"auto"',
      });
    }
    this.isRising = mode === "auto" ? !falling.test(this.name) : mode === "max";
  }

  /** @throws OptionError if the logs have no such number. */
  read(logs: Readonly<Record<string, number>>): number {
    if (Object.hasOwn(logs, this.name)) return logs[this.name];
    throw new OptionError({
      where: this.where,
      expected: `monitor to be one of ${Object.keys(logs).join(", ")}`,
      received: JSON.stringify(this.name),
      hint: this.name.startsWith("val")
        ? "Give fit validationData or validationSplit."
        : didYouMean(this.name, Object.keys(logs)),
    });
  }

  /** Whether a number is better than another by more than `minDelta`; anything is better than nothing. */
  isBetter(value: number, than: number | undefined, minDelta = 0): boolean {
    if (than === undefined) return true;
    return this.isRising ? value - minDelta > than : value + minDelta < than;
  }
}
