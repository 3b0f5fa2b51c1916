/** Streams as training data: what is read is joined, checked and handed over piece by piece. */
import { DataError, UsageError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { NestedNumbers, Numbers } from "../data/dataset.ts";
import { repeated } from "../data/stream/repeat.ts";
import { type Batch, isBatch, joinSamples, type Sample, splitBatch } from "../data/stream/sample.ts";
import { drop, type Source } from "../data/stream/source.ts";
import type { EpochData, EpochReader, EvaluationData } from "./epoch-data.ts";
import type { FitOptions } from "./fit-options.ts";
import type { NamedNumbers, Samples } from "./inputs.ts";
import type { Prediction } from "./predict.ts";
import { range, typeOf } from "./sample-array.ts";
import type { SampleStream } from "./samples.ts";
import type { SampleSource } from "./step-runner.ts";
import type { Trainer } from "./trainer.ts";

/** Looks at samples as if they were all there are. */
export type Check = (data: {
  x: NamedNumbers;
  y?: NamedNumbers;
  sampleWeight?: NamedNumbers;
}) => Promise<Samples>;

/** A piece takes no more than this, unless one batch does. */
const mostPieceBytes = 16 * 1024 * 1024;

/** Reads samples in pieces, from any place of a pass on. */
class PieceReader {
  private readonly stream: SampleStream;
  private readonly check: Check;
  private samples: AsyncIterator<Sample> | undefined;
  /** Samples read so far. */
  private position: number;
  private readonly pass: number;
  /** Of one sample; known after the first piece. */
  private sampleBytes = 0;
  private types: string | undefined;
  /** Whether the items of the stream are batches; known after the first piece. */
  isBatched: boolean | undefined;

  constructor(stream: SampleStream, check: Check, pass: number, from: number) {
    this.stream = stream;
    this.check = check;
    this.pass = pass;
    this.position = from;
  }

  /** Steps that a piece may have. */
  mostSteps(batchSize: number): number {
    if (this.sampleBytes === 0) return 1;
    return Math.max(1, Math.floor(mostPieceBytes / (this.sampleBytes * batchSize)));
  }

  /** The next `count` samples, fewer at the end. */
  async read(count: number): Promise<Samples | undefined> {
    this.samples ??= await this.begin();
    const list: Sample[] = [];
    while (list.length < count) {
      const next = await this.samples.next();
      if (next.done) break;
      list.push(next.value);
    }
    if (list.length === 0) return undefined;
    const first = this.position;
    this.position += list.length;
    const { x, y, sampleWeight } = joinSamples(list);
    const samples = await this.check({
      x: x as Numbers | NestedNumbers[],
      ...(y && { y: y as Numbers | NestedNumbers[] }),
      ...(sampleWeight && { sampleWeight: sampleWeight as Numbers | NestedNumbers[] }),
    });
    this.checkLength(samples.length, list.length, first);
    this.checkTypes(samples, first);
    return { ...samples, first: first % 2 ** 31 };
  }

  /** Batches in a stream are taken apart; then the samples before the place are read and forgotten. */
  private async begin(): Promise<AsyncIterator<Sample>> {
    const { stream, pass, position } = this;
    const items: AsyncIterator<Sample | Batch> = stream.open(pass, 0);
    const first = await items.next();
    this.isBatched = !first.done && isBatch(first.value);
    if (this.isBatched) return drop(splitBatches(first, items as AsyncIterator<Batch>), position);
    if (position === 0) return resumed(first, items) as AsyncIterator<Sample>;
    await items.return?.();
    return (stream as Source<Sample>).open(pass, position);
  }

  private checkLength(found: number, expected: number, first: number): void {
    if (found === expected) return;
    throw new DataError({
      where: `stream, samples ${first} to ${first + expected - 1}`,
      expected: `numbers for ${expected} samples`,
      received: `those for ${found}`,
    });
  }

  /** Bytes are pixels and enter as value / 255, so that a stream must not change its mind. */
  private checkTypes({ arrays, length }: Samples, first: number): void {
    const types = Object.entries(arrays)
      .map(([name, { data }]) => `${name} ${typeOf(data)}`)
      .join(", ");
    this.types ??= types;
    const bytes = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
    this.sampleBytes = bytes / length;
    if (types === this.types) return;
    throw new DataError({
      where: `stream, from sample ${first} on`,
      expected: `${this.types}, as before`,
      received: types,
    });
  }

  async close(): Promise<void> {
    await this.samples?.return?.();
  }
}

/** All items, of which the first has been taken already. */
async function* resumed<Item>(first: IteratorResult<Item>, rest: AsyncIterator<Item>): AsyncGenerator<Item> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* splitBatches(first: IteratorResult<Sample | Batch>, rest: AsyncIterator<Batch>) {
  for await (const batch of resumed(first as IteratorResult<Batch>, rest)) yield* splitBatch(batch);
}

/** A piece as programs are fed with it. */
function sourceOf(samples: Samples): SampleSource {
  const arrays = Object.entries(samples.arrays);
  return {
    samples,
    feed(rows) {
      const [from, count] = [rows[0], rows.length];
      return Object.fromEntries(
        arrays.map(([name, { data, shape }]) => {
          const size = sizeOf(shape);
          return [name, data.slice(from * size, (from + count) * size)];
        }),
      );
    },
    dispose() {},
  };
}

/** Measures all of a stream. */
export class MeasuredStream implements EvaluationData {
  private readonly stream: SampleStream;
  private readonly check: Check;

  constructor(where: string, stream: SampleStream, check: Check) {
    if (stream.length === Number.POSITIVE_INFINITY) {
      throw new DataError({ where, expected: "a stream with an end", received: "an endless one" });
    }
    this.stream = stream;
    this.check = check;
  }

  async open(): Promise<void> {}

  async *pieces(batchSize: number): AsyncGenerator<SampleSource> {
    const reader = new PieceReader(this.stream, this.check, 0, 0);
    try {
      for (let isEmpty = true; ; isEmpty = false) {
        const samples = await reader.read(batchSize * reader.mostSteps(batchSize));
        if (samples) yield sourceOf(samples);
        else if (isEmpty) throw new DataError({ where: "stream", expected: "samples", received: "none" });
        else return;
      }
    } finally {
      await reader.close();
    }
  }

  dispose(): void {}
}

/** Trains on a stream: reads the next piece while steps are taken on the one before. */
export class TrainingStream implements EpochData {
  private readonly stream: SampleStream;
  private readonly check: Check;
  private readonly batchSize: number;
  private readonly stepsPerEpoch: number | undefined;
  private reader: PieceReader | undefined;
  private pending: Promise<Samples | undefined> | undefined;
  private piece: { readonly samples: Samples; used: number } | undefined;
  private readonly initialEpoch: number;
  /** Where the reader goes on: which pass, and the step after those that were handed out. */
  private place = { pass: -1, step: -1 };

  constructor(stream: SampleStream, check: Check, options: FitOptions) {
    const { batchSize = 32, stepsPerEpoch, initialEpoch = 0 } = options;
    refuseForStreams(options);
    if (stream.length === Number.POSITIVE_INFINITY && stepsPerEpoch === undefined) {
      throw new DataError({
        where: "fit",
        expected: "stepsPerEpoch, for a stream without end",
        received: "none",
      });
    }
    this.stream = stream;
    this.check = check;
    this.batchSize = batchSize;
    this.stepsPerEpoch = stepsPerEpoch;
    this.initialEpoch = initialEpoch;
  }

  get length(): number | undefined {
    const { length } = this.stream;
    return length === Number.POSITIVE_INFINITY ? undefined : length;
  }

  /** Known after the first piece, as the length of a stream of batches does not count samples. */
  get steps(): number {
    const { stepsPerEpoch, length, batchSize, reader } = this;
    if (stepsPerEpoch !== undefined) return stepsPerEpoch;
    const isKnown = length !== undefined && reader?.isBatched === false;
    return isKnown ? Math.ceil(length / batchSize) : Number.POSITIVE_INFINITY;
  }

  async open(): Promise<void> {}

  /** Reads the first batch: it tells what the samples consist of. */
  async prepare(trainer: Trainer): Promise<void> {
    this.epoch(this.initialEpoch, 0);
    this.pending = this.read(1);
    const samples = await this.pending;
    if (!samples) throw new DataError({ where: "fit", expected: "samples", received: "a stream of none" });
    await trainer.prepare(samples, samples.length);
  }

  epoch(epoch: number, firstStep: number): EpochReader {
    const { stepsPerEpoch, place } = this;
    const pass = stepsPerEpoch === undefined ? epoch : 0;
    const step = stepsPerEpoch === undefined ? firstStep : epoch * stepsPerEpoch + firstStep;
    if (place.pass !== pass || place.step !== step) {
      this.dispose();
      const stream = stepsPerEpoch === undefined ? this.stream : endless(this.stream);
      this.reader = new PieceReader(stream, this.check, pass, step * this.batchSize);
      this.place = { pass, step };
    }
    return { next: (_step, most) => this.next(most) };
  }

  private async next(most: number) {
    const { batchSize } = this;
    const count = Math.min(most, this.reader?.mostSteps(batchSize) ?? 1);
    if (!this.piece || this.piece.used === this.piece.samples.length) {
      const samples = await (this.pending ?? this.read(count));
      if (!samples) {
        await this.reader?.close();
        return undefined;
      }
      this.piece = { samples, used: 0 };
      this.pending = this.read(count);
    }
    const { samples, used } = this.piece;
    const left = samples.length - used;
    const batch = Math.min(batchSize, left);
    const steps = Math.min(most, Math.floor(left / batch));
    this.piece.used += steps * batch;
    this.place.step += steps;
    return { source: sourceOf(samples), rows: range(used, used + steps * batch), batch };
  }

  private read(steps: number): Promise<Samples | undefined> {
    const piece = this.reader?.read(steps * this.batchSize) ?? Promise.resolve(undefined);
    /* Awaited when it is needed. */
    piece.catch(() => {});
    return piece;
  }

  dispose(): void {
    const { reader, pending } = this;
    this.reader = undefined;
    this.pending = undefined;
    this.piece = undefined;
    const close = async (): Promise<void> => {
      await pending;
      await reader?.close();
    };
    /* Nobody needs what was read ahead any more, nor its errors. */
    close().catch(() => {});
  }
}

/** @throws UsageError for what would need all samples at once */
function refuseForStreams({ validationSplit = 0, classWeight }: FitOptions): void {
  const refuse = (option: string, hint: string): void => {
    throw new UsageError({
      where: "fit",
      expected: `no ${option} for a stream, which is not known before it is read`,
      received: "one",
      hint,
    });
  };
  if (validationSplit > 0) refuse("validationSplit", "Use stream.split(share), and validationData.");
  if (classWeight === "balanced") refuse('classWeight "balanced"', "Give a number for each class.");
}

/** Goes on from epoch to epoch, and begins anew at the end. */
function endless(stream: SampleStream): SampleStream {
  if (stream.length === Number.POSITIVE_INFINITY) return stream;
  return repeated(stream as Source<Sample>, Number.POSITIVE_INFINITY);
}

/** What comes out for all samples of a stream, by the name of the output. */
export async function predictStream(
  stream: SampleStream,
  check: Check,
  ask: (samples: Samples) => Promise<Record<string, Prediction>>,
  batchSize: number,
): Promise<Record<string, Prediction>> {
  const pieces: Record<string, Prediction>[] = [];
  for await (const { samples } of new MeasuredStream("predict", stream, check).pieces(batchSize)) {
    pieces.push(await ask(samples));
  }
  const outputs = Object.keys(pieces[0]).map((name) => {
    const parts = pieces.map((piece) => piece[name]);
    const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    const length = parts.reduce((sum, { shape }) => sum + Number(shape[0]), 0);
    return [name, { data, shape: [length, ...parts[0].shape.slice(1)] }];
  });
  return Object.fromEntries(outputs);
}
