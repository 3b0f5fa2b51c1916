import { OptionError } from "../../core/errors.ts";
import { callsOf, fullReference } from "../../models/network-of-spec.ts";
import type { LayerSpec, ModelSpec } from "../../models/spec.ts";

/** A use of a layer in code: the variable it makes, and those it reads. */
export interface CallLine {
  readonly index: number;
  readonly layer: LayerSpec;
  /** Variable of what it makes. */
  readonly makes: string;
  readonly reads: readonly string[];
  /** Variable of the layer itself, where it is used several times; `first` for the use that defines it. */
  readonly shared?: { readonly name: string; readonly first: boolean };
}

/** The uses of a graph's layers, each behind what it reads. */
export interface CallLines {
  readonly lines: readonly CallLine[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A name that both languages take for a variable. */
const variable = (name: string): string => {
  const plain = name.replace(/[^A-Za-z0-9_]/g, "_");
  return /^[0-9]|^(model|layers|input|train|test|keras|inputs|outputs)$/.test(plain) ? `_${plain}` : plain;
};

/** @throws OptionError if a layer has no name, or reads what nobody makes. */
export function callLines(spec: ModelSpec): CallLines {
  const uses = spec.layers.flatMap((layer, index) => {
    const name = String(layer.name ?? "");
    if (name === "") {
      throw new OptionError({
        where: `layers[${index}]`,
        expected: "a name, as in every graph",
        received: "none",
      });
    }
    const calls =
      layer.type === "input" ? [{ inputs: [] }] : callsOf(`layers[${index}]`, layer.calls as unknown);
    return calls.map(({ inputs }, use) => ({ index, layer, name, use, count: calls.length, inputs }));
  });
  const variables = new Map<string, string>();
  const lines: CallLine[] = [];
  const waiting = [...uses];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ inputs }) => inputs.every((ref) => variables.has(fullReference(ref))));
    if (ready < 0) {
      const [{ index, inputs }] = waiting;
      throw new OptionError({
        where: `layers[${index}], calls`,
        expected: "tensors that the inputs lead to",
        received: inputs.join(", "),
      });
    }
    const [{ index, layer, name, use, count, inputs }] = waiting.splice(ready, 1);
    const makes = variable(use === 0 ? name : `${name}_${use}`);
    variables.set(`${name}#${use}.0`, makes);
    lines.push({
      index,
      layer,
      makes,
      reads: inputs.map((ref) => variables.get(fullReference(ref)) as string),
      ...(count > 1 && { shared: { name: `${variable(name)}Layer`, first: use === 0 } }),
    });
  }
  const refs = (named: ModelSpec["inputs"]): string[] =>
    (Array.isArray(named) ? named : Object.values(named ?? {})).map((ref: string) => {
      const found = variables.get(fullReference(ref));
      if (found) return found;
      throw new OptionError({ where: "inputs and outputs", expected: "names of layers", received: ref });
    });
  return { lines, inputs: refs(spec.inputs), outputs: refs(spec.outputs) };
}
