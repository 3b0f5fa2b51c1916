import { formatPercent } from "../format.ts";

const barWidth = 40;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

export interface Guess {
  readonly name: string;
  readonly probability: number;
}

/** Classes with their probabilities as bars, best first; the best is marked. */
export function drawGuesses(guesses: readonly Guess[]): string {
  const width = Math.max(...guesses.map(({ name }) => name.length));
  return guesses
    .map(({ name, probability }, rank) => {
      const percent = formatPercent(probability, 1).padStart(7);
      return `${rank === 0 ? "▸" : " "} ${name.padEnd(width)}  ${percent}  ${drawBar(probability)}`.trimEnd();
    })
    .join("\n");
}

function drawBar(share: number): string {
  const length = Math.round(share * barWidth * 8);
  return "█".repeat(Math.floor(length / 8)) + eighths[length % 8];
}

/** Grey pixels as text, two rows of them a line: a space is black, `█` is white. */
export function drawPixels(pixels: ArrayLike<number>, width: number, height: number): string {
  const shades = " ░▒▓█";
  const lines = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const shade = shades[Math.round((pixels[y * width + x] / 255) * (shades.length - 1))];
      return shade + shade;
    }).join(""),
  );
  const rule = "─".repeat(2 * width);
  return [`┌${rule}┐`, ...lines.map((line) => `│${line}│`), `└${rule}┘`].join("\n");
}
