import { camelCase } from "../../core/names.ts";
import type { LayerSpec } from "../../models/spec.ts";
import { layerType, positionalOptions } from "./keras-names.ts";
import { type CallExpression, lastWord } from "./parse-expression.ts";
import { readValue, type Scope } from "./read-value.ts";
import { CodeError } from "./tokenize.ts";

/** Options of Keras that say what is always so here. */
const implied: Readonly<Record<string, readonly unknown[]>> = {
  dataFormat: ["channels_last", null],
  dtype: ["float32", null],
  batchSize: [null],
};

/** Options whose strings are names, which Keras spells with underscores. */
const named = /^(activation|padding|interpolation|fillMode)$|(Initializer|Regularizer|Constraint)$/;

/** A call that makes a layer, `layers.conv2d({ … })` or `Conv2D(32, (3, 3), …)`, as a layer of a spec. */
export function readLayer(call: CallExpression, scope: Scope): LayerSpec {
  const word = lastWord(call.callee);
  if (word === undefined) throw new CodeError("Expected a layer.", call);
  const type = layerType(word);
  const [first, ...others] = call.positional;
  const isObject = first?.kind === "object";
  const positions = positionalOptions(type);
  const entries = [
    ...(isObject ? first.entries : call.positional.map((item, i) => [positions[i], item] as const)),
    ...call.named,
  ];
  if (!isObject && call.positional.length > positions.length) {
    const extra = call.positional[positions.length];
    throw new CodeError(`${word} takes ${positions.length} arguments by position at most.`, extra);
  }
  if (isObject && others.length > 0) throw new CodeError(`${word} takes one object of options.`, others[0]);
  const options: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const name = camelCase(key);
    const value = readValue(item, scope);
    if (name in implied) {
      if (implied[name].includes(value)) continue;
      throw new CodeError(
        `${key} cannot be ${JSON.stringify(value)}: images are [height, width, channels] in float32.`,
        item,
      );
    }
    if (value === null) continue;
    if (name === "inputDim") options.inputShape = [value];
    else options[name] = named.test(name) && typeof value === "string" ? camelCase(value) : value;
  }
  return { type, ...options };
}
