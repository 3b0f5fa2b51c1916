import type { Meaning } from "./meaning.ts";

export const oneHot: Meaning<{ readonly classes: number }> = ({
  inputs: [labels],
  output,
  params: { classes },
}) => {
  for (let i = 0; i < output.length; i++) output[i] = labels[Math.floor(i / classes)] === i % classes ? 1 : 0;
};

export const argMax: Meaning<Record<never, never>> = ({ inputs: [input], output, shapes: [shape] }) => {
  const length = shape[shape.length - 1];
  for (let row = 0; row < output.length; row++) {
    let best = 0;
    for (let i = 1; i < length; i++) if (input[row * length + i] > input[row * length + best]) best = i;
    output[row] = best;
  }
};
