import type { Dataset, Model } from "convnet";
import { Bars, largest, percent } from "./bars.ts";
import { DigitPad } from "./digit-pad.ts";
import { byId } from "./display.ts";

/** While the network learns, it is asked anew this often. */
const refreshMs = 400;

/** The pad, and what the network makes of the digit on it. */
export class Tryout {
  private readonly bars = new Bars(byId("bars"));
  private readonly pad: DigitPad;
  private readonly fail: (error: unknown) => void;
  private model: Model;
  private isTrained = false;
  /** One question at a time; if the digit changes meanwhile, another follows. */
  private asking: Promise<void> | undefined;
  private isOutdated = false;
  private lastAsked = 0;
  /** What is known about the digit if it is one of the test images. */
  private note = "";

  constructor(model: Model, fail: (error: unknown) => void) {
    this.model = model;
    this.fail = fail;
    this.pad = new DigitPad(
      { pad: byId("pad"), ink: byId("ink"), seen: byId("seen"), pen: byId("pen") },
      () => {
        this.note = "";
        this.ask();
      },
    );
    byId("clear").addEventListener("click", () => this.pad.clear());
  }

  /** Asks another network from now on; resolves when the one before has answered its last question. */
  async use(model: Model): Promise<void> {
    this.model = model;
    this.isTrained = false;
    this.ask();
    await this.asking;
  }

  /** The network has learned something. */
  refresh(): void {
    this.isTrained = true;
    if (performance.now() - this.lastAsked > refreshMs) this.ask();
  }

  /** Puts one of the test images on the pad. */
  showExample({ x, y, length }: Dataset): void {
    const index = Math.floor(Math.random() * length);
    const size = x.length / length;
    this.pad.showExample(Uint8Array.from(x.subarray(index * size, (index + 1) * size)));
    this.note = ` · labelled ${y[index]}`;
  }

  private ask(): void {
    this.isOutdated = true;
    this.asking ??= this.answer();
  }

  private async answer(): Promise<void> {
    /* Changes that come together are one question. */
    await Promise.resolve();
    try {
      while (this.isOutdated) {
        this.isOutdated = false;
        this.lastAsked = performance.now();
        const { image } = this.pad;
        this.show(image && (await this.model.predict(image)).data);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.asking = undefined;
    }
  }

  private show(probabilities: Float32Array | undefined): void {
    this.bars.show(probabilities);
    const answer = byId("answer");
    if (!probabilities) {
      answer.textContent = "–";
      delete answer.dataset.digit;
      return;
    }
    const digit = largest(probabilities);
    const sure = `${digit}, ${percent(probabilities[digit])}`;
    answer.textContent = (this.isTrained ? sure : "Not trained yet: a guess") + this.note;
    answer.dataset.digit = String(digit);
    /* For those who listen: not every change of a percentage, and not while somebody draws. */
    const news = `Looks like ${digit}${this.note}`;
    if (!this.pad.isDrawing && byId("answer-news").textContent !== news)
      byId("answer-news").textContent = news;
  }
}
