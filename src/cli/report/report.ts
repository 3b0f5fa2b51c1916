import { formatCount, formatPercent, formatSeconds } from "../format.ts";
import type { EpochRecord } from "../run-record.ts";
import { drawConfusion, drawMixups, drawScores } from "./confusion.ts";
import { type Curve, drawChart } from "./curves.ts";
import { escapeHtml } from "./escape.ts";
import { drawMistakes, type TestImages } from "./mistakes.ts";
import { writePage } from "./page.ts";
import { classScores, confusionMatrix, judge, worstMistakes } from "./verdicts.ts";

const mostMistakes = 24;

export interface ReportFacts {
  readonly dataset: string;
  readonly date: Date;
  readonly command: string;
  readonly classNames: readonly string[];
  readonly epochs: readonly EpochRecord[];
  readonly testAccuracy: number;
  readonly testLoss: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly backend: string;
  readonly threads: number;
  readonly parameters: number;
  readonly weightsSha256: string;
  /** The table of `model.summary()`. */
  readonly summary: string;
}

export interface TestOutcome extends TestImages {
  readonly labels: ArrayLike<number>;
  /** [samples, classes] */
  readonly probabilities: Float32Array;
}

/**
 * A training run as one HTML page that needs nothing else: curves, confusion matrix, worst mistakes, the network.
 *
 * @param diagram a picture of the network as SVG; put in as an image, so that its styles are its own
 */
export function writeReport(facts: ReportFacts, outcome: TestOutcome, diagram?: string): string {
  const { dataset, classNames, testAccuracy } = facts;
  const samples = outcome.labels.length;
  const verdicts = judge(outcome.probabilities, outcome.labels);
  const counts = confusionMatrix(verdicts, classNames.length);
  const mistakes = worstMistakes(verdicts, mostMistakes);
  const wrong = verdicts.filter(({ truth, said }) => truth !== said).length;
  const threads = facts.threads === 1 ? "1 thread" : `${facts.threads} threads`;
  const title = `${dataset}: ${formatPercent(testAccuracy)} of ${formatCount(samples)} test images right`;
  const body = `${drawFacts(facts, wrong)}
${drawCurves(facts)}
<div class="pair-of wide-left">
<section><h2>Confusion matrix</h2>
<p class="lead">Rows are what an image is, columns what the network said. The diagonal is right.</p>
${drawConfusion(counts, classNames)}</section>
<section><h2>Most frequent mix-ups</h2>
${drawMixups(counts, classNames)}</section>
</div>
<section><h2>Worst mistakes</h2>
<p class="lead">${mistakes.length < wrong ? `The ${mistakes.length} of ${formatCount(wrong)}` : "The"} mistakes on which the network gave the truth the least probability.</p>
${drawMistakes(mistakes, outcome, classNames)}</section>
<section><h2>Classes</h2>
<p class="lead">Precision: how much of what was called so is so. Recall: how much of what is so was found.</p>
${drawScores(classScores(counts), classNames)}</section>
<section><h2>Network</h2>
${diagram ? drawDiagram(diagram) : ""}
<pre>${escapeHtml(facts.summary)}</pre></section>
<footer>Weights SHA-256 <code>${escapeHtml(facts.weightsSha256)}</code></footer>`;
  return writePage({
    eyebrow: `ConvNet training report · ${formatDate(facts.date)} · ${facts.backend}, ${threads}`,
    title,
    lead: `<code>${escapeHtml(facts.command)}</code>`,
    body,
  });
}

function drawDiagram(svg: string): string {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  return `<div class="diagram"><img alt="The network, drawn" src="${source}"></div>`;
}

function drawFacts(facts: ReportFacts, wrong: number): string {
  const tiles = {
    "Test accuracy": formatPercent(facts.testAccuracy),
    "Test loss": facts.testLoss.toFixed(4),
    Mistakes: formatCount(wrong),
    Parameters: formatCount(facts.parameters),
    "Training time": formatSeconds(facts.seconds),
    "Images per second": formatCount(facts.imagesPerSecond),
  };
  const items = Object.entries(tiles).map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${items.join("")}</dl>`;
}

function drawCurves({ epochs, testLoss, testAccuracy }: ReportFacts): string {
  if (epochs.length === 0) return "";
  const numbers = epochs.map(({ epoch }) => epoch);
  const curves = (name: "loss" | "accuracy", test: number): Curve[] => {
    const validation = `val${name[0].toUpperCase()}${name.slice(1)}`;
    const column = (key: string): number[] => epochs.map(({ logs }) => logs[key]);
    return [
      { name: "training", tone: "train", values: column(name) },
      ...(epochs.every(({ logs }) => validation in logs)
        ? [{ name: "validation", tone: "validation" as const, values: column(validation) }]
        : []),
      { name: "test", tone: "test", values: [test] },
    ];
  };
  return `<div class="pair-of">
<section><h2>Loss</h2>
${drawChart({ title: "Loss over epochs", curves: curves("loss", testLoss), epochs: numbers, from: 0, format: (value) => value.toFixed(4), formatTick: (value) => value.toFixed(2) })}</section>
<section><h2>Accuracy</h2>
${drawChart({ title: "Accuracy over epochs", curves: curves("accuracy", testAccuracy), epochs: numbers, to: 1, format: formatPercent, formatTick: (value) => formatPercent(value, 1) })}</section>
</div>`;
}

function formatDate(date: Date): string {
  return date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
}
