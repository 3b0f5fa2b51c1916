/** Trains the article's network on MNIST in the page, and shows how it goes. */
import type { Model, TrainEvent } from "convnet";
import { percent } from "./bars.ts";
import { byId, Display } from "./display.ts";
import { FrameMeter } from "./frame-meter.ts";
import { LearningCurve } from "./learning-curve.ts";
import { type Digits, loadMnist } from "./mnist.ts";
import { createNetwork } from "./network.ts";
import { readSettings } from "./settings.ts";
import { Tryout } from "./tryout.ts";

const batchSize = 32;

/** A network and what it has been through. */
interface Session {
  readonly model: Model;
  readonly curve: LearningCurve;
  epochsDone: number;
}

const startSession = (): Session => ({ model: createNetwork(), curve: new LearningCurve(), epochsDone: 0 });

/** Connects the buttons of the page with a network. */
class Trainer {
  private session = startSession();
  private readonly display = new Display();
  private readonly frames = new FrameMeter((numbers) => this.display.showFrames(numbers));
  private readonly tryout = new Tryout(this.session.model, (error) => this.fail(error));
  private controller = new AbortController();

  async load(limit: number): Promise<Digits> {
    const { display, session } = this;
    display.showThreads((await session.model.backend()).threads);
    display.showNetwork(session.model);
    const digits = await loadMnist(limit, (share) => display.showShare(share));
    byId("sample-count").textContent = digits.train.length.toLocaleString("en");
    display.showShare(0);
    display.say(`Ready: ${digits.train.length.toLocaleString("en")} digits are loaded.`, true);
    display.setState("ready");
    return digits;
  }

  /** Trains until the epochs are over or somebody stops it. */
  async train({ train, test }: Digits, epochs: number): Promise<void> {
    const { session, display, frames } = this;
    this.controller = new AbortController();
    const { signal } = this.controller;
    const { model, curve, epochsDone } = session;
    const imagesAtEnd = curve.images + epochs * train.length;
    display.setState("training");
    display.say("Preparing …", true);
    frames.start();
    try {
      const run = model.fit(train, {
        epochs: epochsDone + epochs,
        initialEpoch: epochsDone,
        batchSize,
        validationData: test,
        signal,
      });
      for await (const event of run) this.follow(event, train.length, epochsDone + epochs, imagesAtEnd);
      const { stopReason } = await run;
      if (stopReason === "aborted") {
        curve.endEpoch();
        display.say("Stopped. Measuring the accuracy on the test images …");
        curve.addTest(await model.evaluate(test));
        display.showCurve(curve, imagesAtEnd);
      }
      this.tryout.refresh();
      const accuracy = percent(curve.tests.at(-1)?.accuracy ?? 0);
      const ending = stopReason === "aborted" ? "Stopped" : "Done";
      display.say(`${ending}: ${accuracy} of the test digits are read correctly.`, true);
      display.setState(stopReason === "aborted" ? "stopped" : "done");
    } finally {
      frames.stop();
    }
  }

  private follow(event: TrainEvent, length: number, epochs: number, imagesAtEnd: number): void {
    const { session, display } = this;
    const { curve } = session;
    const { logs, imagesPerSecond } = event;
    const epoch = event.epoch + 1;
    if (event.type === "progress") {
      const { step, steps } = event;
      curve.add(Math.min(step * batchSize, length), logs);
      const { images } = curve;
      display.showProgress({ epoch, epochs, step, steps, imagesPerSecond, images, imagesAtEnd });
      display.showShare(images / imagesAtEnd);
    } else {
      curve.add(length, logs);
      curve.endEpoch();
      curve.addTest({ loss: logs.valLoss, accuracy: logs.valAccuracy });
      session.epochsDone = epoch;
      display.say(
        `Epoch ${epoch}: ${percent(logs.valAccuracy)} of the test digits are read correctly.`,
        true,
      );
    }
    display.showCurve(curve, imagesAtEnd);
    this.tryout.refresh();
  }

  stop(): void {
    this.display.setState("stopping");
    this.controller.abort();
  }

  async restart(): Promise<void> {
    const { model } = this.session;
    this.session = startSession();
    this.display.reset();
    this.display.say("A new network, with random weights.", true);
    this.display.setState("ready");
    await this.tryout.use(this.session.model);
    await model.dispose();
  }

  showExample({ test }: Digits): void {
    this.tryout.showExample(test);
  }

  fail(error: unknown): void {
    this.display.fail(error);
    console.error(error);
  }
}

async function main(): Promise<void> {
  const settings = readSettings(location.search);
  const epochs = byId<HTMLInputElement>("epochs");
  epochs.value = String(settings.epochs);
  const trainer = new Trainer();
  const attempt = (action: Promise<void>): void => void action.catch((error) => trainer.fail(error));
  try {
    const digits = await trainer.load(settings.limit);
    byId("controls").addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(trainer.train(digits, epochs.valueAsNumber));
    });
    byId("stop").addEventListener("click", () => trainer.stop());
    byId("restart").addEventListener("click", () => attempt(trainer.restart()));
    byId("example").addEventListener("click", () => trainer.showExample(digits));
  } catch (error) {
    trainer.fail(error);
  }
}

await main();
