import { FileError } from "../../core/errors.ts";

/** What a file may have computed besides its own numbers, and for each number that it holds. */
const alwaysComputed = 2 ** 22;
const computedPerNumber = 16;

/** ONNX's own test networks say their weights in a few bytes; the largest, VGG-19, has 144 million. */
const mostFilled = 160_000_000;

/** Keeps small files from asking for large arrays. */
export class Budget {
  private computed: number;
  private filled = mostFilled;

  /** @param held numbers that the file holds */
  constructor(held: number) {
    this.computed = alwaysComputed + computedPerNumber * held;
  }

  /** @throws FileError if so many numbers more are too many to be computed. */
  compute(where: string, count: number): void {
    this.computed -= count;
    if (this.computed < 0) throw tooMany(where, count, "numbers that take long to compute");
  }

  /** @throws FileError if so many elements more, all of one number, are too many. */
  fill(where: string, count: number): void {
    this.filled -= count;
    if (!(this.filled >= 0)) throw tooMany(where, count, `more than ${mostFilled} elements of one number`);
  }
}

function tooMany(where: string, count: number, what: string): FileError {
  return new FileError({
    where,
    expected: "arrays of the size that networks have",
    received: `${what}, here ${count}`,
  });
}
