import { diagram, type Model } from "convnet";
import { percent } from "./bars.ts";
import { Chart } from "./chart.ts";
import type { Frames } from "./frame-meter.ts";
import { type CurvePoint, LearningCurve } from "./learning-curve.ts";

/** @throws Error if the page has no such element. */
export function byId<Element extends HTMLElement>(id: string): Element {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}.`);
  return element as Element;
}

export type PageState = "loading" | "ready" | "training" | "stopping" | "stopped" | "done" | "failed";

/** States in which a button can be pressed. */
const enabled: Readonly<Record<string, readonly PageState[]>> = {
  train: ["ready", "stopped", "done"],
  stop: ["training"],
  restart: ["stopped", "done"],
  example: ["ready", "training", "stopping", "stopped", "done"],
};

/** The longest curve, in points, and the fewest images of one: means over fewer are mostly chance. */
const mostPoints = 150;
const fewestImages = 640;

/** Lines across are a factor of ten apart, in loss and in mistakes, so that late progress can still be seen. */
const lossChart = {
  label: "Loss on training and test images, on a logarithmic scale",
  scale: (loss: number) => Math.log10(Math.max(loss, 1e-9) / 0.003) / 3,
  ticks: [
    [1, "1"],
    [0.1, "0.1"],
    [0.01, "0.01"],
  ],
} as const;
const accuracyChart = {
  label: "Accuracy on training and test images, on a scale where each line means ten times fewer mistakes",
  scale: (accuracy: number) => -Math.log10(Math.max(1e-9, 1 - accuracy)) / 3,
  ticks: [
    [0, "0 %"],
    [0.9, "90 %"],
    [0.99, "99 %"],
    [0.999, "99.9 %"],
  ],
} as const;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly imagesPerSecond: number;
  /** Images seen in all epochs, and when the run is over. */
  readonly images: number;
  readonly imagesAtEnd: number;
}

/** The part of the page that shows how training goes. */
export class Display {
  private readonly loss = new Chart(byId("loss-chart"), lossChart);
  private readonly accuracy = new Chart(byId("accuracy-chart"), accuracyChart);

  setState(state: PageState): void {
    document.body.dataset.state = state;
    for (const [id, states] of Object.entries(enabled))
      byId<HTMLButtonElement>(id).disabled = !states.includes(state);
    byId("train").textContent = state === "stopped" || state === "done" ? "Train on" : "Train";
  }

  /** @param news also for those who listen to the page; else only to be read */
  say(status: string, news = false): void {
    byId("status").textContent = status;
    if (news) byId("news").textContent = status;
  }

  fail(error: unknown): void {
    const problem = byId("problem");
    problem.textContent = error instanceof Error ? error.message : String(error);
    problem.hidden = false;
    this.say("Something went wrong.");
    this.setState("failed");
  }

  showShare(share: number): void {
    byId<HTMLProgressElement>("progress").value = share;
  }

  showThreads(threads: number): void {
    byId("threads").textContent = threads === 1 ? "1 thread" : `${threads} threads`;
    byId("threads").dataset.threads = String(threads);
    const address = new URL(location.href);
    if (crossOriginIsolated) address.searchParams.set("isolation", "off");
    else address.searchParams.delete("isolation");
    const link = byId<HTMLAnchorElement>("isolation");
    link.href = address.href;
    link.textContent = crossOriginIsolated ? "Compare with one" : "Use all cores";
    link.title = crossOriginIsolated
      ? "Loads the page without cross-origin isolation, where threads cannot share memory"
      : "This page is not cross-origin isolated, so threads cannot share memory";
  }

  showNetwork(model: Model): void {
    byId<HTMLImageElement>("diagram").src = `data:image/svg+xml,${encodeURIComponent(diagram(model))}`;
    byId("summary").textContent = model.summary();
  }

  showProgress({ epoch, epochs, step, steps, imagesPerSecond, images, imagesAtEnd }: Progress): void {
    byId("epoch").textContent = `${epoch} of ${epochs}`;
    byId("step").textContent = `${whole.format(step)} of ${whole.format(steps)}`;
    byId("speed").textContent = whole.format(imagesPerSecond);
    const left = (imagesAtEnd - images) / imagesPerSecond;
    this.say(
      step < steps ? `Training: ${duration(left)} left` : "Measuring the accuracy on 10,000 test images …",
    );
  }

  showCurve(curve: LearningCurve, imagesAtEnd: number): void {
    const points = curve.points(Math.max(imagesAtEnd / mostPoints, fewestImages));
    const { tests } = curve;
    const pick = (from: readonly CurvePoint[], what: "loss" | "accuracy") =>
      from.map((point) => ({ images: point.images, value: point[what] }));
    this.loss.draw(imagesAtEnd, pick(points, "loss"), pick(tests, "loss"));
    this.accuracy.draw(imagesAtEnd, pick(points, "accuracy"), pick(tests, "accuracy"));
    const last = points.at(-1);
    byId("loss").textContent = last ? last.loss.toFixed(3) : "–";
    byId("accuracy").textContent = last ? percent(last.accuracy) : "–";
    const test = tests.at(-1);
    byId("test-accuracy").textContent = test ? percent(test.accuracy) : "–";
    byId("axis").textContent =
      imagesAtEnd > 0 ? `0 to ${whole.format(imagesAtEnd)} images seen` : "images seen";
  }

  /** As before any training. */
  reset(): void {
    for (const id of ["epoch", "step", "speed"]) byId(id).textContent = "–";
    this.showShare(0);
    this.showCurve(new LearningCurve(), 0);
  }

  showFrames({ count, perSecond, longestGapMs }: Frames): void {
    byId("frame-rate").textContent = `${whole.format(perSecond)} / s`;
    byId("longest-gap").textContent = `${whole.format(longestGapMs)} ms`;
    byId("frames").textContent = whole.format(count);
  }
}

/** `1 min 5 s`. */
export function duration(seconds: number): string {
  const rounded = Math.max(1, Math.round(seconds));
  const minutes = Math.floor(rounded / 60);
  return minutes > 0 ? `${minutes} min ${rounded % 60} s` : `${rounded} s`;
}
