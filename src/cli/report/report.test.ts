import { describe, expect, it } from "vitest";
import { ticks } from "./curves.ts";
import { type ReportFacts, type TestOutcome, writeReport } from "./report.ts";
import { classScores, confusionMatrix, judge, mixups, worstMistakes } from "./verdicts.ts";

/** Four samples of 2 × 1 pixels; the second and the fourth are mistaken. */
const outcome: TestOutcome = {
  x: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  sampleShape: [1, 2, 1],
  labels: Uint8Array.of(0, 1, 1, 0),
  probabilities: Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.4, 0.6),
};
const facts: ReportFacts = {
  dataset: "<b>data</b>",
  date: new Date(2026, 0, 2, 3, 4),
  command: 'convnet train "<b>data</b>"',
  classNames: ["cats & dogs", "<script>alert(1)</script>"],
  epochs: [
    {
      epoch: 1,
      logs: { loss: 0.9, accuracy: 0.5, valLoss: 0.8, valAccuracy: 0.6 },
      seconds: 1,
      imagesPerSecond: 4,
      steps: 1,
    },
    {
      epoch: 2,
      logs: { loss: 0.4, accuracy: 0.75, valLoss: 0.6, valAccuracy: 0.7 },
      seconds: 1,
      imagesPerSecond: 4,
      steps: 1,
    },
  ],
  testAccuracy: 0.5,
  testLoss: 0.7,
  seconds: 2,
  imagesPerSecond: 4,
  backend: "wasm",
  threads: 1,
  parameters: 1234,
  weightsSha256: "ab12",
  summary: "dense <units>",
};

describe("verdicts", () => {
  const verdicts = judge(outcome.probabilities, outcome.labels);
  const counts = confusionMatrix(verdicts, 2);

  it("lists mistakes, those with the least probability of the truth first", () => {
    expect(worstMistakes(verdicts, 9).map(({ sample }) => sample)).toEqual([1, 3]);
    expect(worstMistakes(verdicts, 1)[0]).toMatchObject({ truth: 1, said: 0, probability: Math.fround(0.8) });
  });

  it("counts rows by truth and columns by what was said", () => {
    expect(counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(
      mixups(
        [
          [5, 1],
          [3, 4],
        ],
        5,
      ),
    ).toEqual([
      { truth: 1, said: 0, count: 3 },
      { truth: 0, said: 1, count: 1 },
    ]);
  });

  it("has no precision of what was never said, and no recall of what has no samples", () => {
    expect(
      classScores([
        [3, 0],
        [0, 0],
      ]),
    ).toEqual([
      { samples: 3, precision: 1, recall: 1 },
      { samples: 0, precision: Number.NaN, recall: Number.NaN },
    ]);
  });

  it("keeps the loss finite where the truth got no probability", () => {
    expect(judge(Float32Array.of(1, 0), [1])[0].loss).toBeCloseTo(-Math.log(1e-7), 6);
  });
});

describe("writeReport", () => {
  const html = writeReport(facts, outcome, '<svg id="chain"/>');

  it("needs nothing but itself", () => {
    expect(html).not.toMatch(/<script|<link|@import|url\(|https?:/);
    expect(html.match(/src="data:image\/png;base64,/g)).toHaveLength(2);
  });

  it("escapes names, paths and commands", () => {
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain("cats &amp; dogs");
    expect(html).toContain("convnet train &quot;&lt;b&gt;data&lt;/b&gt;&quot;");
    expect(html).not.toContain("<b>data</b>");
    expect(html).toContain("dense &lt;units&gt;");
  });

  it("draws training and validation over the epochs, and the test as a line", () => {
    expect(html.match(/<polyline/g)).toHaveLength(4);
    expect(html).toContain("validation 0.6000");
    expect(html).toContain("test 50.00 %");
  });

  it("shows a diagram of the network as an image, whose styles stay its own", () => {
    expect(html).toContain(`src="data:image/svg+xml;base64,${btoa('<svg id="chain"/>')}"`);
    expect(writeReport(facts, outcome)).not.toContain('class="diagram"');
  });

  it("says so if nothing was mistaken", () => {
    const right = { ...outcome, labels: Uint8Array.of(0, 0, 1, 1) };
    expect(writeReport(facts, right)).toContain("No mistake on the test set.");
  });

  it("draws no picture of samples that are no images", () => {
    expect(writeReport(facts, { ...outcome, sampleShape: [2] })).not.toContain("data:image");
  });
});

describe("ticks", () => {
  it.each([
    [0, 0.87, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.93, 1, 5, [0.92, 0.94, 0.96, 0.98, 1]],
    [1, 5, 8, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]],
    [0, 0, 5, [0]],
  ])("are round numbers around %s to %s", (from, to, most, expected) => {
    expect(ticks(from, to, most)).toEqual(expected);
  });
});
