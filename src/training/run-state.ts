import type { Backend } from "../backends/contract.ts";
import { FileError, UsageError } from "../core/errors.ts";
import { formatShape, sameShape } from "../core/shape.ts";
import type { SavedRun } from "../formats/safetensors/checkpoint.ts";
import type { SavedArray } from "../formats/saved-model.ts";
import type { State } from "../graph/graph.ts";
import type { Callback } from "./callback.ts";
import type { FitPlace } from "./fit-place.ts";
import type { LearningRates } from "./learning-rates.ts";
import { restoreTotals, type SavedTotals, saveTotals } from "./saved-totals.ts";

export { keepAverages, swapAverages } from "./averages.ts";

/** All states that training changes or reads, by path. */
export type StatesByPath = ReadonlyMap<string, State>;

/** The numbers of states as they are now. */
export async function captureStates(backend: Backend, states: StatesByPath): Promise<SavedArray[]> {
  return Promise.all(
    [...states].map(async ([name, state]) => ({
      name,
      shape: state.shape,
      data: await backend.readState(state),
    })),
  );
}

/** Each state with the numbers saved for it. @throws FileError if they are not the ones that are needed. */
function matchStates(
  where: string,
  states: StatesByPath,
  saved: readonly SavedArray[],
): { state: State; data: Float32Array }[] {
  const byName = new Map(saved.map((state) => [state.name, state]));
  return [...states].map(([name, state]) => {
    const found = byName.get(name);
    if (found && sameShape(found.shape, state.shape)) return { state, data: found.data };
    throw new FileError({
      where: `${where}, "${name}"`,
      expected: formatShape(state.shape),
      received: found ? formatShape(found.shape) : "no such array",
      hint: "Compile the model as it was compiled then.",
    });
  });
}

/** What callbacks keep, under their names; the second of a name gets a number. */
function named(callbacks: readonly Callback[]): Map<string, Callback> {
  const found = new Map<string, Callback>();
  for (const callback of callbacks) {
    const { name } = callback;
    if (name === undefined || !callback.save) continue;
    let key = name;
    for (let i = 1; found.has(key); i++) key = `${name}_${i}`;
    found.set(key, callback);
  }
  return found;
}

function captureCallbacks(callbacks: readonly Callback[]): {
  values: Record<string, unknown>;
  arrays: SavedArray[];
} {
  const values: Record<string, unknown> = {};
  const arrays: SavedArray[] = [];
  for (const [name, callback] of named(callbacks)) {
    const state = callback.save?.();
    values[name] = state?.values ?? null;
    for (const [key, data] of Object.entries(state?.arrays ?? {}))
      arrays.push({ name: `callbacks/${name}/${key}`, shape: [data.length], data });
  }
  return { values, arrays };
}

/** Callbacks that the checkpoint does not know begin anew. */
function restoreCallbacks(
  callbacks: readonly Callback[],
  values: Readonly<Record<string, unknown>>,
  saved: readonly SavedArray[],
): void {
  for (const [name, callback] of named(callbacks)) {
    if (!Object.hasOwn(values, name)) continue;
    const prefix = `callbacks/${name}/`;
    const arrays = saved
      .filter((state) => state.name.startsWith(prefix))
      .map((state) => [state.name.slice(prefix.length), state.data]);
    callback.restore?.({ values: values[name], arrays: Object.fromEntries(arrays) });
  }
}

/** @throws UsageError naming the first setting that differs from that of the run the checkpoint is of. */
function checkSameRun(where: string, now: SavedRun, then: SavedRun): void {
  for (const key of Object.keys(now) as (keyof SavedRun)[]) {
    if (now[key] === then[key]) continue;
    throw new UsageError({
      where,
      expected: `a run with ${key} ${String(then[key])}, as it was`,
      received: String(now[key]),
      hint: "Go on with the same data and options, or begin anew without the checkpoint.",
    });
  }
}

/** The numbers among the rates; `null` for schedules, which follow from the step. */
function saveRates({ rates }: LearningRates): (number | null)[] {
  return rates.map((rate) => (typeof rate === "number" ? rate : null));
}

export function restoreRates({ rates }: LearningRates, saved: readonly (number | null)[]): void {
  for (const [i, rate] of saved.entries()) if (typeof rates[i] === "number" && rate) rates[i] = rate;
}

function runOf({ context, batchSize }: FitPlace): SavedRun {
  const { trainer, train, options } = context;
  const { shuffle = true } = options;
  return { samples: train.length ?? 0, batchSize, shuffle, seed: trainer.runner.seed };
}

/** Everything a run goes on with, as the bytes of a file. */
export async function writeRun(place: FitPlace): Promise<Uint8Array> {
  const { writeCheckpoint } = await import("../formats/safetensors/checkpoint.ts");
  const { values, arrays } = captureCallbacks(place.callbacks);
  const { trainer } = place.context;
  const { runner, model, rates } = trainer;
  const { epoch, epochStep, epochs, logs, isAveraged } = place;
  return writeCheckpoint({
    model: await trainer.savedModel(),
    states: [...(await captureStates(runner.backend, trainer.slots())), ...arrays],
    progress: {
      run: runOf(place),
      step: runner.step,
      learningRate: model.learningRate,
      learningRates: saveRates(rates),
      epoch,
      epochStep,
      epochs,
      logs,
      isAveraged,
      totals: saveTotals(place.totals),
      callbacks: values,
    },
  });
}

/**
 * Puts back what `writeRun` wrote; callbacks get theirs when all have begun.
 *
 * @throws FileError or UsageError if it is no checkpoint of such a run, or the run has begun; nothing is changed then.
 */
export async function readRun(place: FitPlace, bytes: Uint8Array, where: string): Promise<void> {
  if (place.hasBegun) {
    throw new UsageError({
      where: "restore",
      expected: "a run that has not begun, as in onTrainBegin",
      received: "one that has taken steps",
    });
  }
  const { readCheckpoint } = await import("../formats/safetensors/checkpoint.ts");
  const { model, states, progress } = readCheckpoint(bytes, where);
  checkSameRun(where, runOf(place), progress.run);
  const { trainer } = place.context;
  const { runner, rates } = trainer;
  const matched = [
    ...matchStates(where, trainer.weights(), model.weights ?? []),
    ...matchStates(where, trainer.slots(), states),
  ];
  await Promise.all(matched.map(({ state, data }) => runner.backend.writeState(state, data)));
  runner.step = progress.step;
  restoreRates(rates, progress.learningRates ?? [progress.learningRate]);
  place.epoch = progress.epoch;
  place.epochStep = progress.epochStep;
  place.totals = trainer.totals();
  restoreTotals(place.totals, progress.totals as SavedTotals);
  place.epochs = [...progress.epochs];
  place.logs = [...progress.logs];
  place.isAveraged = progress.isAveraged ?? false;
  place.restored = () => restoreCallbacks(place.callbacks, progress.callbacks, states);
}
