import type { Meaning } from "./meaning.ts";

export const hostPoint: Meaning<{ readonly name: string }> = ({ inputs: [input], output }) =>
  output.set(input);
