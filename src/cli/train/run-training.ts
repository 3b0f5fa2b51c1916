import { resolve } from "node:path";
import { sizeOf } from "../../core/shape.ts";
import type { Model } from "../../index.ts";
import { type DataOptions, pickDataOptions } from "../data/options.ts";
import { classNamesOf } from "../datasets.ts";
import { Interruption } from "../exit-codes.ts";
import { formatCount } from "../format.ts";
import { listenForSignals } from "../interrupt.ts";
import { quote } from "../invocation.ts";
import { RunFolder } from "../run-folder.ts";
import { type EpochRecord, type RunRecord, recordName } from "../run-record.ts";
import { checkpointName, fitLegs } from "./fit-legs.ts";
import { createJob, type Job } from "./job.ts";
import { createJsonView } from "./json-view.ts";
import type { TrainOptions } from "./options.ts";
import { PlainView } from "./plain-view.ts";
import type { TrainingView } from "./view.ts";

/** The command `convnet train`. */
export async function runTraining(argument: string, options: TrainOptions): Promise<void> {
  const job = await createJob(argument, options);
  const folder = await (options.out === undefined
    ? RunFolder.openNew(job.data.name, job.date)
    : RunFolder.open(options.out));
  for (const note of job.notes) process.stderr.write(`${note}\n`);
  const view = await createView(options);
  try {
    await trainAndReport(job, folder, view);
  } finally {
    view.close();
    folder.discardIfEmpty();
    const { disposeBackends } = await import("../../index.ts");
    await disposeBackends();
  }
}

async function createView({ json }: TrainOptions): Promise<TrainingView> {
  if (json) return createJsonView();
  if (!process.stdout.isTTY) return new PlainView();
  const { LiveView } = await import("./live-view.ts");
  return new LiveView();
}

/** Weights are saved as soon as they are trained; what comes after may fail or be interrupted. */
async function trainAndReport(job: Job, folder: RunFolder, view: TrainingView): Promise<void> {
  const { model, options, data } = job;
  const done = { steps: 0 };
  const modelPath = folder.file("model.keras");
  let isSaved = false;
  const interrupt = listenForSignals({
    onFirst: () => view.note("Stopping after this step. Press Ctrl-C again to stop at once."),
    onSecond() {
      view.close();
      folder.discardIfEmpty();
    },
  });
  try {
    await announce(job, view);
    const checkpoint = folder.file(checkpointName);
    const epochs = await fitLegs(job, { view, signal: interrupt.signal, checkpoint, done });
    if (done.steps === 0) interrupt.check();
    await model.save(modelPath);
    isSaved = true;
    const record = await createRecord(job, epochs, interrupt.signal.aborted);
    await writeRecord(folder, record);
    interrupt.check();
    view.note(`Testing on ${formatCount(data.test.length)} images`);
    const test = await model.evaluate(data.test, { batchSize: options.batchSize });
    interrupt.check();
    await writeRecord(folder, { ...record, test });
    await folder.write("report.html", await createReport(job, record, test));
    const sample = await writeSample(job, folder);
    if (!keepsCheckpoint(options)) await folder.remove(checkpointName);
    view.end({
      testAccuracy: test.accuracy,
      testLoss: test.loss,
      ...speedOf(epochs),
      weightsSha256: record.weightsSha256,
      threads: record.threads,
      backend: record.backend,
      steps: done.steps,
      model: modelPath,
      report: folder.file("report.html"),
      history: folder.file(recordName),
      ...(sample === undefined ? {} : { sample }),
    });
  } catch (error) {
    view.close();
    if (error instanceof Interruption) {
      view.interrupted(error.signal, done.steps, isSaved ? modelPath : undefined);
    }
    throw error;
  } finally {
    interrupt.dispose();
  }
}

/** Whoever asks for checkpoints may call again after the end. */
function keepsCheckpoint({ checkpointEvery, resume = false }: TrainOptions): boolean {
  return checkpointEvery !== undefined || resume;
}

async function announce(job: Job, view: TrainingView): Promise<void> {
  const { data, train, validation, model, classes, plan, options } = job;
  const { name: backend, threads } = await model.backend();
  view.start({
    dataset: data.name,
    trainSamples: train.length,
    validationSamples: validation?.length ?? 0,
    testSamples: data.test.length,
    inputShape: model.inputShape.map(Number),
    classes,
    parameters: parametersOf(model),
    epochs: plan.epochs,
    stepsPerEpoch: plan.stepsPerEpoch,
    batchSize: options.batchSize,
    optimizer: options.optimizer,
    learningRate: model.learningRate,
    seed: options.seed,
    backend,
    threads,
  });
}

function parametersOf({ layers }: Model): number {
  return layers.reduce(
    (sum, { weights }) => sum + weights.reduce((size, { state }) => size + sizeOf(state.shape), 0),
    0,
  );
}

function speedOf(epochs: readonly EpochRecord[]): { seconds: number; imagesPerSecond: number } {
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const images = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.imagesPerSecond, 0);
  return { seconds, imagesPerSecond: seconds === 0 ? 0 : images / seconds };
}

async function createRecord(
  { data, model, classes, options, date }: Job,
  epochs: readonly EpochRecord[],
  isInterrupted: boolean,
): Promise<RunRecord> {
  const { name: backend, threads } = await model.backend();
  return {
    version: 1,
    date: date.toISOString(),
    data: absolute(pickDataOptions(options)),
    command: ["convnet", ...process.argv.slice(2).map(quote)].join(" "),
    dataset: data.argument === data.name ? data.name : resolve(data.argument),
    classNames: classNamesOf(data.train, classes),
    batchSize: options.batchSize,
    optimizer: options.optimizer,
    learningRate: model.learningRate,
    seed: options.seed,
    backend,
    threads,
    stopReason: isInterrupted ? "interrupted" : "completed",
    epochs,
    weightsSha256: await model.weightsSha256(),
  };
}

/** With paths that do not depend on where a command is called. */
function absolute(options: DataOptions): DataOptions {
  const { test, labels } = options;
  return {
    ...options,
    ...(test === undefined ? {} : { test: resolve(test) }),
    ...(labels === undefined ? {} : { labels: resolve(labels) }),
  };
}

function writeRecord(folder: RunFolder, record: RunRecord): Promise<void> {
  return folder.write(recordName, `${JSON.stringify(record, undefined, 2)}\n`);
}

async function createReport(
  { data, model, date }: Job,
  record: RunRecord,
  test: Readonly<Record<string, number>>,
): Promise<string> {
  const [{ writeReport }, { diagram }, { data: probabilities }] = await Promise.all([
    import("../report/report.ts"),
    import("../../index.ts"),
    model.predict(data.test.x, { batchSize: record.batchSize }),
  ]);
  return writeReport(
    {
      ...record,
      ...speedOf(record.epochs),
      dataset: data.name,
      date,
      testAccuracy: test.accuracy,
      testLoss: test.loss,
      parameters: parametersOf(model),
      summary: model.summary(),
    },
    { ...data.test, labels: data.test.y, probabilities },
    diagram(model),
  );
}

/** A test image as a file, so that there is something to try `predict` with. */
async function writeSample({ data: { test } }: Job, folder: RunFolder): Promise<string | undefined> {
  const { encodePicture, samplePixels } = await import("../report/picture.ts");
  const pixels = samplePixels(test.x, test.x.length / test.length, 0);
  const png = pixels && encodePicture(pixels, test.sampleShape.map(Number));
  if (!png) return undefined;
  await folder.write("sample.png", png);
  return folder.file("sample.png");
}
