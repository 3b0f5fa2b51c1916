import { BackendError } from "../../core/errors.ts";

const pageBytes = 65536;
const alignment = 64;
/** Kernels may read a few vectors behind the last number of an array. */
const slackBytes = 4096;

const alignedSize = (byteLength: number): number =>
  Math.ceil(Math.max(1, byteLength) / alignment) * alignment;

/** A range of the engine's memory. */
export interface Region {
  readonly address: number;
  readonly byteLength: number;
}

/** Hands out ranges of the engine's memory: the first gap that is large enough, else new pages behind the end. */
export class Allocator {
  private readonly gaps: { start: number; end: number }[] = [];
  private end: number;
  private pages: number;
  private readonly maximumPages: number;
  private readonly grow: (pages: number) => void;

  /**
   * @param start first byte that may be handed out
   * @param grow adds pages to the memory; throws if there are none
   */
  constructor(start: number, pages: number, maximumPages: number, grow: (pages: number) => void) {
    this.end = start;
    this.pages = pages;
    this.maximumPages = maximumPages;
    this.grow = grow;
  }

  /** @throws BackendError if the memory cannot grow that far. */
  allocate(byteLength: number): Region {
    const size = alignedSize(byteLength);
    for (const gap of this.gaps) {
      if (gap.end - gap.start < size) continue;
      const { start } = gap;
      gap.start += size;
      if (gap.start === gap.end) this.gaps.splice(this.gaps.indexOf(gap), 1);
      return { address: start, byteLength };
    }
    const start = this.end;
    const wanted = Math.ceil((start + size + slackBytes) / pageBytes);
    if (wanted > this.maximumPages) throw this.full(size);
    if (wanted > this.pages) {
      try {
        this.grow(wanted - this.pages);
      } catch (cause) {
        throw this.full(size, cause);
      }
      this.pages = wanted;
    }
    this.end = start + size;
    return { address: start, byteLength };
  }

  free({ address, byteLength }: Region): void {
    this.gaps.push({ start: address, end: address + alignedSize(byteLength) });
    this.gaps.sort((a, b) => a.start - b.start);
    for (let i = this.gaps.length - 1; i > 0; i--) {
      if (this.gaps[i - 1].end !== this.gaps[i].start) continue;
      this.gaps[i - 1].end = this.gaps[i].end;
      this.gaps.splice(i, 1);
    }
    const last = this.gaps[this.gaps.length - 1];
    if (last.end === this.end) {
      this.end = last.start;
      this.gaps.pop();
    }
  }

  private full(byteLength: number, cause?: unknown): BackendError {
    const free = this.maximumPages * pageBytes - this.end;
    return new BackendError(
      {
        where: "wasm backend",
        expected: `${byteLength} free bytes`,
        received: `${free} of at most ${this.maximumPages * pageBytes}`,
        hint: "Use a smaller batch size, or a smaller model.",
      },
      { cause },
    );
  }
}
