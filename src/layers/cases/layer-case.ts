import type { Shape } from "../../core/shape.ts";
import type { Layer } from "../layer.ts";

/** A row of the contract that every layer keeps: layers.test.ts runs the same tests over all of them. */
export interface LayerCase {
  readonly name: string;
  readonly make: (inputShape: Shape) => Layer;
  /** Of one input, or of each of several. */
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly parameters: number;
}

export const row = (
  name: string,
  make: LayerCase["make"],
  input: Shape,
  output: Shape,
  parameters = 0,
): LayerCase => ({ name, make, inputs: [input], output, parameters });

/** A layer with several inputs. */
export const merge = (
  name: string,
  make: () => Layer,
  inputs: readonly Shape[],
  output: Shape,
): LayerCase => ({ name, make, inputs, output, parameters: 0 });
