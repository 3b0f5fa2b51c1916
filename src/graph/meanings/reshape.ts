import type { Shape } from "../../core/shape.ts";
import type { Meaning } from "./meaning.ts";

export const reshape: Meaning<{ readonly shape: Shape }> = ({ inputs: [input], output }) => output.set(input);
