import { UsageError } from "../../core/errors.ts";
import { type BackendChoice, disposeBackends, loadModel, type Model } from "../../index.ts";
import { type DataOptions, pickDataOptions } from "../data/options.ts";
import { checkLabels, openDataset } from "../datasets.ts";
import { formatCount, formatLogs, formatSeconds } from "../format.ts";
import { findRecord } from "../run-record.ts";

export interface EvaluateOptions extends DataOptions {
  readonly batchSize: number;
  readonly threads?: number;
  readonly backend: BackendChoice;
  readonly json?: boolean;
}

/** The command `convnet evaluate`. */
export async function runEvaluation(
  path: string,
  argument: string | undefined,
  options: EvaluateOptions,
): Promise<void> {
  const { batchSize, backend, threads, json } = options;
  try {
    const model = await loadModel(path, { backend, ...(threads === undefined ? {} : { threads }) });
    const record = await findRecord(path);
    const dataOptions = { ...record?.data, ...pickDataOptions(options) };
    const data = await openDataset(argument ?? record?.dataset ?? "mnist", dataOptions);
    checkLabels(data, model.outputShape[model.outputShape.length - 1]);
    const begin = performance.now();
    const logs = await measure(model, path, data.test, batchSize);
    const seconds = (performance.now() - begin) / 1000;
    const samples = data.test.length;
    if (json) await printJson(model, path, { dataset: data.name, samples, seconds, logs });
    else {
      const speed = `${formatSeconds(seconds)}, ${formatCount(samples / seconds)} images/s`;
      process.stdout.write(
        `${data.name}, ${formatCount(samples)} test images: ${formatLogs(logs)}  (${speed})\n`,
      );
    }
  } finally {
    await disposeBackends();
  }
}

async function measure(
  model: Model,
  path: string,
  test: Parameters<Model["evaluate"]>[0],
  batchSize: number,
): Promise<Readonly<Record<string, number>>> {
  try {
    return await model.evaluate(test, { batchSize });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError({
      where: path,
      expected: "a model that was compiled before it was saved",
      received: "one without loss and metrics",
    });
  }
}

interface Measurement {
  readonly dataset: string;
  readonly samples: number;
  readonly seconds: number;
  readonly logs: Readonly<Record<string, number>>;
}

async function printJson(
  model: Model,
  path: string,
  { dataset, samples, seconds, logs }: Measurement,
): Promise<void> {
  const { name, threads } = await model.backend();
  const tests = Object.entries(logs).map(([key, value]) => [
    `test${key[0].toUpperCase()}${key.slice(1)}`,
    value,
  ]);
  const fields = {
    event: "end",
    model: path,
    dataset,
    samples,
    ...Object.fromEntries(tests),
    seconds,
    imagesPerSecond: samples / seconds,
    weightsSha256: await model.weightsSha256(),
    backend: name,
    threads,
  };
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}
