/** Moving averages of weights, which optimizers with `useEma` keep. Part of run-state.ts. */
import { UsageError } from "../core/errors.ts";
import type { State } from "../graph/graph.ts";
import type { ExtendedOptimizer } from "../optimizers/optimizer.ts";
import type { FitPlace } from "./fit-place.ts";

/** Each weight and the state of its average. @throws UsageError if no optimizer keeps averages. */
function averagesOf(optimizers: readonly ExtendedOptimizer[]): [weight: State, average: State][] {
  const pairs = optimizers.flatMap(({ averages = new Map() }) => [...averages] as [State, State][]);
  if (pairs.length > 0) return pairs;
  throw new UsageError({
    where: "swapAverages",
    expected: "an optimizer that keeps averages of the weights",
    received: "none",
    hint: "Give it useEma: true.",
  });
}

/** The weights become their averages and the other way round. */
export async function swapAverages(place: FitPlace): Promise<void> {
  const { runner, optimizers } = place.context.trainer;
  const { backend } = runner;
  const pairs = averagesOf(optimizers);
  const numbers = await Promise.all(pairs.flat().map((state) => backend.readState(state)));
  await Promise.all(
    pairs.flatMap(([weight, average], i) => [
      backend.writeState(weight, numbers[2 * i + 1]),
      backend.writeState(average, numbers[2 * i]),
    ]),
  );
  place.isAveraged = !place.isAveraged;
}

/** Ends a run with the averages as weights, and the same averages. */
export async function keepAverages(place: FitPlace): Promise<void> {
  const { runner, optimizers } = place.context.trainer;
  const { backend } = runner;
  await Promise.all(
    averagesOf(optimizers).map(async ([weight, average]) => {
      const [from, to] = place.isAveraged ? [weight, average] : [average, weight];
      await backend.writeState(to, await backend.readState(from));
    }),
  );
  place.isAveraged = false;
}
