import { describe, expect, it } from "vitest";
import type { EpochRecord } from "../run-record.ts";
import { drawCurves } from "./terminal-curves.ts";

function record(epoch: number, logs: Record<string, number>): EpochRecord {
  return { epoch, logs, seconds: 1, imagesPerSecond: 1, steps: 1 };
}

const both = [
  record(1, { loss: 0.8, accuracy: 0.5, valLoss: 0.9, valAccuracy: 0.4 }),
  record(2, { loss: 0.2, accuracy: 0.9, valLoss: 0.3, valAccuracy: 0.8 }),
];

describe("drawCurves", () => {
  it("draws loss and accuracy from the first epoch to the last, no wider than the terminal", () => {
    const text = drawCurves(both, 60, false);
    expect(text).toContain("loss  valLoss\n");
    expect(text).toContain("accuracy  valAccuracy\n");
    expect(text).toMatch(/epoch 1 +epoch 2$/m);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it("colours the curves only if asked", () => {
    expect(drawCurves(both, 60, true)).toContain("\u001b[34m");
    expect(drawCurves(both, 60, false)).not.toContain("\u001b");
  });

  it("leaves validation out where an epoch has none", () => {
    const text = drawCurves([record(1, { loss: 1, accuracy: 0 }), both[1]], 60, false);
    expect(text).not.toContain("valLoss");
  });
});
