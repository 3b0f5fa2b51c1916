import { digitImage } from "./digit-image.ts";

const penWidth = 22;
/** How far an arrow key moves the pen. */
const keyStep = 10;
const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-keyStep, 0],
  ArrowRight: [keyStep, 0],
  ArrowUp: [0, -keyStep],
  ArrowDown: [0, keyStep],
};

export interface PadElements {
  /** Takes the pointer and the keys. */
  readonly pad: HTMLElement;
  /** Holds what was drawn. */
  readonly ink: HTMLCanvasElement;
  /** Shows the 28 × 28 pixels that come of it. */
  readonly seen: HTMLCanvasElement;
  /** Shows where the pen of the keyboard is. */
  readonly pen: HTMLElement;
}

interface Point {
  x: number;
  y: number;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  return context;
}

/** A square to draw a digit on. */
export class DigitPad {
  /** The digit as the network sees it, if there is one. */
  image: Uint8Array | undefined;
  private readonly elements: PadElements;
  private readonly context: CanvasRenderingContext2D;
  private readonly size: number;
  private readonly onChange: () => void;
  private last: Point | undefined;
  private isExample = false;
  private readonly keyboard = { x: 0, y: 0, isDown: false };

  /** @param onChange called when the digit changed, also while the pen is down */
  constructor(elements: PadElements, onChange: () => void) {
    const { pad, ink, pen } = elements;
    this.elements = elements;
    this.onChange = onChange;
    this.context = contextOf(ink);
    this.size = ink.width;
    this.keyboard.x = this.keyboard.y = this.size / 2;
    pad.addEventListener("pointerdown", (event) => this.press(event));
    pad.addEventListener("pointermove", (event) => this.move(event));
    for (const type of ["pointerup", "pointercancel"] as const) pad.addEventListener(type, () => this.lift());
    pad.addEventListener("keydown", (event) => this.key(event));
    pad.addEventListener("blur", () => {
      this.keyboard.isDown = false;
      pen.hidden = true;
    });
  }

  /** Whether the pen is down. */
  get isDrawing(): boolean {
    return this.last !== undefined;
  }

  clear(): void {
    this.last = undefined;
    this.isExample = false;
    this.context.clearRect(0, 0, this.size, this.size);
    this.show(undefined);
    this.onChange();
  }

  /** Puts an image of 28 × 28 bytes on the pad, which the network sees as it is. */
  showExample(image: Uint8Array): void {
    this.clear();
    this.isExample = true;
    this.show(image);
    this.context.drawImage(this.elements.seen, 0, 0, this.size, this.size);
    this.onChange();
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.elements.pad.setPointerCapture(event.pointerId);
    this.elements.pad.focus({ preventScroll: true });
    this.elements.pen.hidden = true;
    this.begin(this.place(event));
  }

  private move(event: PointerEvent): void {
    if (!this.last || !event.isPrimary) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) this.lineTo(this.place(part));
    this.changed();
  }

  private lift(): void {
    if (!this.last) return;
    this.last = undefined;
    this.changed();
  }

  private key(event: KeyboardEvent): void {
    const { keyboard } = this;
    const arrow = arrows[event.key];
    if (event.key === " ") {
      keyboard.isDown = !keyboard.isDown;
      if (keyboard.isDown) this.begin(keyboard);
      else this.lift();
    } else if (arrow) {
      const clamp = (value: number): number => Math.min(this.size, Math.max(0, value));
      keyboard.x = clamp(keyboard.x + arrow[0]);
      keyboard.y = clamp(keyboard.y + arrow[1]);
      if (keyboard.isDown) {
        this.lineTo(keyboard);
        this.changed();
      }
    } else if (event.key === "Escape" || event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
    const { pen } = this.elements;
    pen.hidden = false;
    pen.classList.toggle("down", keyboard.isDown);
    pen.style.left = `${(keyboard.x / this.size) * 100}%`;
    pen.style.top = `${(keyboard.y / this.size) * 100}%`;
  }

  private place({ clientX, clientY }: PointerEvent): Point {
    const box = this.elements.pad.getBoundingClientRect();
    const scale = this.size / box.width;
    return { x: (clientX - box.left) * scale, y: (clientY - box.top) * scale };
  }

  private begin({ x, y }: Point): void {
    if (this.isExample) this.clear();
    this.last = { x, y };
    this.lineTo({ x, y });
    this.changed();
  }

  private lineTo({ x, y }: Point): void {
    const { context, last } = this;
    if (!last) return;
    context.strokeStyle = "#fff";
    context.lineWidth = penWidth;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(last.x, last.y);
    context.lineTo(x, y);
    context.stroke();
    this.last = { x, y };
  }

  private changed(): void {
    const { data } = this.context.getImageData(0, 0, this.size, this.size);
    const ink = Uint8Array.from({ length: this.size ** 2 }, (_, i) => data[i * 4 + 3]);
    this.show(digitImage(ink, this.size));
    this.onChange();
  }

  /** White ink on nothing, so that the style sheet decides what is behind it. */
  private show(image: Uint8Array | undefined): void {
    this.image = image;
    const { pad, seen } = this.elements;
    pad.classList.toggle("empty", !image);
    const pixels = new ImageData(seen.width, seen.height);
    if (image) for (const [i, value] of image.entries()) pixels.data.set([255, 255, 255, value], i * 4);
    contextOf(seen).putImageData(pixels, 0, 0);
  }
}
