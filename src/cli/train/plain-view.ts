import type { EpochRecord } from "../run-record.ts";
import { epochText, interruptedText, nextSteps, progressText, resultText, startText } from "./text.ts";
import type { Progress, TrainingFacts, TrainingResult, TrainingView } from "./view.ts";

/** A log gets a sign of life this often within an epoch. */
const progressMs = 10_000;

/** Lines of text, for logs and pipes. */
export class PlainView implements TrainingView {
  protected facts: TrainingFacts | undefined;
  private lastProgress = performance.now();

  start(facts: TrainingFacts): void {
    this.facts = facts;
    this.print(startText(facts));
  }

  progress(progress: Progress): void {
    const now = performance.now();
    if (now - this.lastProgress < progressMs) return;
    this.lastProgress = now;
    this.print(`${this.epochTitle(progress.epoch)}  ${progressText(progress)}`);
  }

  epochEnd(epoch: EpochRecord): void {
    this.lastProgress = performance.now();
    this.print(`${this.epochTitle(epoch.epoch)}  ${epochText(epoch)}`);
  }

  note(text: string): void {
    this.print(text);
  }

  end(result: TrainingResult): void {
    this.print(resultText(result, this.facts?.testSamples ?? 0));
    this.print(nextSteps(result));
  }

  interrupted(_signal: string, steps: number, model: string | undefined): void {
    this.print(interruptedText(steps, model));
  }

  close(): void {}

  protected epochTitle(epoch: number): string {
    return `Epoch ${epoch}/${this.facts?.epochs ?? epoch}`;
  }

  protected print(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
