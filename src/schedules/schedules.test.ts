import { describe, expect, test } from "vitest";
import * as schedules from "./index.ts";
import type { Schedule } from "./schedule.ts";
import { scheduleTable } from "./table.ts";

interface ScheduleCase {
  readonly make: () => Schedule;
  /** Published formula, for a step. */
  readonly rate: (step: number) => number;
}

const half = (part: number): number => 0.5 * (1 + Math.cos(Math.PI * part));
/** Keras's way to find the restart that a step lies behind. */
const restartOf = (part: number, growth: number): [number, number] => {
  if (growth === 1) return [Math.floor(part), part - Math.floor(part)];
  const restart = Math.floor(Math.log(1 - part * (1 - growth)) / Math.log(growth) + 1e-9);
  const before = (1 - growth ** restart) / (1 - growth);
  return [restart, (part - before) / growth ** restart];
};
const restarts = (tMul: number, mMul: number, alpha: number) => (step: number) => {
  const [restart, part] = restartOf(step / 10, tMul);
  return 0.2 * ((1 - alpha) * half(part) * mMul ** restart + alpha);
};
const first = { initialLearningRate: 0.2 };

const cases: readonly ScheduleCase[] = [
  {
    make: () => schedules.exponentialDecay({ ...first, decaySteps: 10, decayRate: 0.5 }),
    rate: (step) => 0.2 * 0.5 ** (step / 10),
  },
  {
    make: () => schedules.exponentialDecay({ ...first, decaySteps: 10, decayRate: 0.5, staircase: true }),
    rate: (step) => 0.2 * 0.5 ** Math.floor(step / 10),
  },
  {
    make: () => schedules.inverseTimeDecay({ ...first, decaySteps: 10, decayRate: 0.5 }),
    rate: (step) => 0.2 / (1 + (0.5 * step) / 10),
  },
  {
    make: () => schedules.inverseTimeDecay({ ...first, decaySteps: 10, decayRate: 0.5, staircase: true }),
    rate: (step) => 0.2 / (1 + 0.5 * Math.floor(step / 10)),
  },
  {
    make: () => schedules.piecewiseConstantDecay({ boundaries: [5, 20], values: [3, 2, 1] }),
    rate: (step) => (step <= 5 ? 3 : step <= 20 ? 2 : 1),
  },
  {
    make: () => schedules.polynomialDecay({ ...first, decaySteps: 20, endLearningRate: 0.1, power: 2 }),
    rate: (step) => 0.1 * (1 - Math.min(step, 20) / 20) ** 2 + 0.1,
  },
  {
    make: () => schedules.polynomialDecay({ ...first, decaySteps: 20, endLearningRate: 0.1, cycle: true }),
    rate: (step) => 0.1 * (1 - step / (20 * Math.max(1, Math.ceil(step / 20)))) + 0.1,
  },
  {
    make: () => schedules.cosineDecay({ ...first, decaySteps: 20, alpha: 0.25 }),
    rate: (step) => 0.2 * (0.75 * half(Math.min(step, 20) / 20) + 0.25),
  },
  {
    make: () =>
      schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 20, warmupTarget: 0.5, warmupSteps: 8 }),
    rate: (step) => (step < 8 ? 0.1 + (0.4 * step) / 8 : 0.5 * half(Math.min(step - 8, 20) / 20)),
  },
  {
    make: () => schedules.cosineDecayRestarts({ ...first, firstDecaySteps: 10 }),
    rate: restarts(2, 1, 0),
  },
  {
    make: () =>
      schedules.cosineDecayRestarts({ ...first, firstDecaySteps: 10, tMul: 1, mMul: 0.5, alpha: 0.1 }),
    rate: restarts(1, 0.5, 0.1),
  },
  {
    make: () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 41, warmupShare: 0.5 }),
    rate: (step) =>
      step < 19.5
        ? 1 + (1 / 25 - 1) * half(step / 19.5)
        : 4e-6 + (1 - 4e-6) * half((Math.min(step, 40) - 19.5) / 20.5),
  },
  {
    make: () =>
      schedules.oneCycle({ maxLearningRate: 1, totalSteps: 21, divFactor: 10, annealing: "linear" }),
    rate: (step) =>
      step < 5.3 ? 0.1 + (0.9 * step) / 5.3 : 1 + ((1e-5 - 1) * (Math.min(step, 20) - 5.3)) / (20 - 5.3),
  },
];

describe.each(cases.map((each) => ({ ...each, schedule: each.make(), name: each.make().name })))(
  "$name $schedule.options",
  ({ schedule, rate, name }) => {
    test("gives the rates of the published formula", () => {
      for (let step = 0; step <= 70; step++) expect(schedule.at(step)).toBeCloseTo(rate(step), 12);
    });

    test("is made again of its name and options, and refuses others", () => {
      const make = scheduleTable.common[name] as (options: object) => Schedule;
      const again = make(JSON.parse(JSON.stringify(schedule.options)));
      expect(again.options).toEqual(schedule.options);
      expect(again.at(17)).toBe(schedule.at(17));
      expect(() => make({ ...schedule.options, initial: 1 })).toThrow("expected a known option");
      const [key] = Object.keys(schedule.options);
      expect(() => make({ ...schedule.options, [key]: -1 })).toThrow(`schedules.${name}: expected`);
    });
  },
);

test("every schedule has a row", () => {
  const names = Object.keys(schedules).sort();
  expect([...new Set(cases.map(({ make }) => make().name))].sort()).toEqual(names);
  expect(Object.keys(scheduleTable.common).sort()).toEqual(names);
});
