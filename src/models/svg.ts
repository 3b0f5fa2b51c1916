import type { Layer } from "../layers/layer.ts";

const describers: Record<string, (options: Readonly<Record<string, unknown>>) => string[]> = {
  conv2d: ({ kernelSize, strides = 1, activation }) => [
    `conv ${squared(kernelSize)}${strides === 1 ? "" : ` / ${String(strides)}`}`,
    ...named(activation),
  ],
  maxPooling2d: ({ poolSize = 2 }) => ["max pool", squared(poolSize)],
  averagePooling2d: ({ poolSize = 2 }) => ["mean pool", squared(poolSize)],
  globalAveragePooling2d: () => ["global mean"],
  dense: ({ activation }) => ["dense", ...named(activation)],
  activation: ({ activation }) => named(activation),
  dropout: ({ rate }) => [`dropout ${String(rate)}`],
};

function named(activation: unknown): string[] {
  return typeof activation === "string" && activation !== "linear" ? [activation] : [];
}

function squared(size: unknown): string {
  const [height, width = height] = [size].flat();
  return `${String(height)} × ${String(width)}`;
}

/** What a layer does, in a few words. */
export function describe(layer: Layer): string[] {
  return describers[layer.type]?.(layer.options) ?? [layer.type];
}

/** With one digit behind the point. */
export const formatNumber = (value: number): string => String(Math.round(value * 10) / 10);

/** Lines of text below each other, around x. */
export function drawText(lines: readonly string[], x: number, y: number, style: string): string {
  return lines
    .map(
      (line, i) =>
        `<text class="${style}" x="${formatNumber(x)}" y="${formatNumber(y + i * 14)}">${escapeText(line)}</text>`,
    )
    .join("");
}

export function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
