import { styleText } from "node:util";
import { SingleBar } from "cli-progress";
import type { EpochRecord } from "../run-record.ts";
import { PlainView } from "./plain-view.ts";
import { drawCurves } from "./terminal-curves.ts";
import { epochText, nextSteps, progressText, resultText, startText } from "./text.ts";
import type { Progress, TrainingFacts, TrainingResult } from "./view.ts";

const widestBar = 30;
const narrowestBar = 8;

/** A terminal: one line that moves for every epoch, and curves at the end. */
export class LiveView extends PlainView {
  private readonly colors = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  private readonly epochs: EpochRecord[] = [];
  private bar: SingleBar | undefined;

  override start(facts: TrainingFacts): void {
    this.facts = facts;
    const [title, ...rest] = startText(facts).split("\n");
    this.print([this.paint("bold", title), ...rest.map((line) => this.paint("dim", line)), ""].join("\n"));
  }

  override progress(progress: Progress): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        format: (_options, _params, payload) => this.line(payload as Progress),
        stream: process.stdout,
        clearOnComplete: true,
        gracefulExit: false,
        linewrap: false,
      });
      this.bar.start(progress.steps, progress.step, progress);
    }
    this.bar.update(progress.step, progress);
  }

  override epochEnd(epoch: EpochRecord): void {
    this.close();
    this.epochs.push(epoch);
    this.print(`${this.paint("bold", this.epochTitle(epoch.epoch))}  ${epochText(epoch)}`);
  }

  override note(text: string): void {
    this.close();
    this.print(this.paint("dim", text));
  }

  override end(result: TrainingResult): void {
    const columns = process.stdout.columns || 80;
    if (this.epochs.length > 1) this.print(`\n${drawCurves(this.epochs, columns, this.colors)}`);
    this.print(`\n${this.paint("bold", resultText(result, this.facts?.testSamples ?? 0))}\n`);
    this.print(nextSteps(result));
  }

  override close(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  /** `Epoch 1/5  ━━━━━━━───  900/1875  6,420 images/s  ETA 5 s  loss 0.2013  accuracy 0.9391`, as wide as there is room. */
  private line(progress: Progress): string {
    const title = this.epochTitle(progress.epoch);
    const text = progressText(progress);
    const room = (process.stdout.columns || 80) - title.length - text.length - 5;
    const size = Math.min(widestBar, room);
    if (size < narrowestBar) return `${title}  ${text}`;
    const done = Math.round((progress.step / progress.steps) * size);
    const bar = this.paint("blue", "━".repeat(done)) + this.paint("dim", "─".repeat(size - done));
    return `${this.paint("bold", title)}  ${bar}  ${text}`;
  }

  private paint(style: "bold" | "dim" | "blue", text: string): string {
    return this.colors ? styleText(style, text) : text;
  }
}
