import type { Meaning } from "./meaning.ts";

export const stopGradient: Meaning<Record<never, never>> = ({ inputs: [input], output }) => output.set(input);
