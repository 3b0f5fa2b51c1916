import { describe, expect, it } from "vitest";
import { planSteps } from "./step-plan.ts";

describe("planSteps", () => {
  it("trains five epochs if nothing is said", () => {
    expect(planSteps({ samples: 100, batchSize: 32 })).toEqual({
      legs: [{ initialEpoch: 0, epochs: 5 }],
      epochs: 5,
      stepsPerEpoch: 4,
    });
  });

  it.each([
    ["within the first epoch", 3, [{ initialEpoch: 0, epochs: 1, stepsPerEpoch: 3 }]],
    ["at the end of an epoch", 8, [{ initialEpoch: 0, epochs: 2 }]],
    [
      "within a later epoch",
      9,
      [
        { initialEpoch: 0, epochs: 2 },
        { initialEpoch: 2, epochs: 3, stepsPerEpoch: 1 },
      ],
    ],
    ["after more epochs than the default", 24, [{ initialEpoch: 0, epochs: 6 }]],
  ])("stops %s", (_where, steps, legs) => {
    expect(planSteps({ samples: 100, batchSize: 32, steps }).legs).toEqual(legs);
  });

  it("stops at whichever of epochs and steps comes first", () => {
    expect(planSteps({ samples: 100, batchSize: 32, epochs: 1, steps: 9 }).legs).toEqual([
      { initialEpoch: 0, epochs: 1 },
    ]);
    expect(planSteps({ samples: 100, batchSize: 32, epochs: 9, steps: 5 }).epochs).toBe(2);
  });

  it("counts a partial batch as a step", () => {
    expect(planSteps({ samples: 3, batchSize: 32, epochs: 2 }).stepsPerEpoch).toBe(1);
  });
});
