import type { EpochRecord } from "../run-record.ts";

/** What is known before the first step. */
export interface TrainingFacts {
  readonly dataset: string;
  readonly trainSamples: number;
  readonly validationSamples: number;
  readonly testSamples: number;
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly parameters: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: string;
  readonly threads: number;
}

export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  readonly logs: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainingResult {
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly imagesPerSecond: number;
  /** Of training steps. */
  readonly seconds: number;
  readonly weightsSha256: string;
  readonly threads: number;
  readonly backend: string;
  readonly steps: number;
  /** Paths of what was saved. */
  readonly model: string;
  readonly report: string;
  readonly history: string;
  /** A test image to try `predict` with; missing where images are not grey or colour. */
  readonly sample?: string | undefined;
}

/** Who shows a training run: on a terminal, in a log, or as JSON. */
export interface TrainingView {
  start(facts: TrainingFacts): void;
  progress(progress: Progress): void;
  epochEnd(epoch: EpochRecord): void;
  /** Something worth a line that is neither progress nor result. */
  note(text: string): void;
  end(result: TrainingResult): void;
  /** @param model path of the weights; missing if not a single step was done */
  interrupted(signal: string, steps: number, model: string | undefined): void;
  /** Ends what is drawn, so that an error can be printed. */
  close(): void;
}
