import { describe, expect, it } from "vitest";
import { drawGuesses, drawPixels } from "./text.ts";

describe("drawGuesses", () => {
  it("marks the best and draws each probability as a bar", () => {
    const text = drawGuesses([
      { name: "seven", probability: 0.75 },
      { name: "one", probability: 0.25 },
      { name: "two", probability: 0 },
    ]);
    expect(text.split("\n")).toEqual([
      `▸ seven   75.0 %  ${"█".repeat(30)}`,
      `  one     25.0 %  ${"█".repeat(10)}`,
      "  two      0.0 %",
    ]);
  });
});

describe("drawPixels", () => {
  it("frames the pixels, two characters wide each", () => {
    expect(drawPixels([0, 255, 128, 64], 2, 2)).toBe("┌────┐\n│  ██│\n│▒▒░░│\n└────┘");
  });
});
