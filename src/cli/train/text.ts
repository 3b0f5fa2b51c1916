import { pathToFileURL } from "node:url";
import { formatCount, formatLogs, formatMetric, formatPercent, formatSeconds } from "../format.ts";
import { commandLine } from "../invocation.ts";
import type { EpochRecord } from "../run-record.ts";
import type { Progress, TrainingFacts, TrainingResult } from "./view.ts";

export function startText(facts: TrainingFacts): string {
  const { dataset, inputShape, classes, trainSamples, validationSamples, testSamples } = facts;
  const counts = [
    `${formatCount(trainSamples)} to train on`,
    ...(validationSamples > 0 ? [`${formatCount(validationSamples)} to validate`] : []),
    `${formatCount(testSamples)} to test`,
  ];
  const threads = facts.threads === 1 ? "1 thread" : `${facts.threads} threads`;
  return [
    `${dataset}: ${inputShape.join(" × ")} pixels, ${classes} classes; ${counts.join(", ")}`,
    `${formatCount(facts.parameters)} parameters · ${facts.optimizer}, ${formatMetric("learning rate", facts.learningRate)} · batch ${facts.batchSize} · seed ${facts.seed} · ${facts.backend}, ${threads}`,
  ].join("\n");
}

export function progressText({ step, steps, logs, imagesPerSecond, secondsLeft }: Progress): string {
  const speed = `${formatCount(imagesPerSecond)} images/s`;
  return `${step}/${steps}  ${speed}  ETA ${formatSeconds(secondsLeft)}  ${formatLogs(logs)}`;
}

export function epochText({ seconds, imagesPerSecond, logs }: EpochRecord): string {
  return `${formatSeconds(seconds)}  ${formatCount(imagesPerSecond)} images/s  ${formatLogs(logs)}`;
}

export function resultText({ testAccuracy, testLoss }: TrainingResult, testSamples: number): string {
  const images = `${formatCount(testSamples)} test images`;
  return `${formatPercent(testAccuracy)} of ${images} right (${formatMetric("loss", testLoss)})`;
}

/** What was saved, and what to do with it, ready to be pasted. */
export function nextSteps({ model, report, sample }: TrainingResult): string {
  const evaluate = commandLine("evaluate", model);
  const steps: [string, string][] = [
    ["look at the report", pathToFileURL(report).href],
    ["recognise a picture", commandLine("predict", sample ?? "picture.png", "--model", model)],
    ["measure it again", evaluate],
  ];
  return [`Saved ${model}`, "", "Next:", ...steps.map(([what, how]) => `  ${what.padEnd(20)} ${how}`)].join(
    "\n",
  );
}

export function interruptedText(steps: number, model: string | undefined): string {
  return model === undefined
    ? "Stopped before the first step; nothing was saved."
    : `Stopped after ${formatCount(steps)} steps. The weights are in ${model}, and --resume goes on from there`;
}
