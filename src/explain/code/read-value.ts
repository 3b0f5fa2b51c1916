import { camelCase } from "../../core/names.ts";
import { type CallExpression, type Expression, lastWord } from "./parse-expression.ts";
import { CodeError } from "./tokenize.ts";

/** Names of a program and what they stand for. */
export type Scope = Map<string, Expression>;

/**
 * The value of an expression of literals. A call is a choice with options: `regularizers.l2({ l2: 0.1 })` →
 * `{ name: "l2", l2: 0.1 }`; a name with dots is what it ends in: `keras.activations.relu` → `"relu"`.
 *
 * @throws CodeError for what only running the code could tell.
 */
export function readValue(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case "value":
      return expression.value;
    case "list":
      return expression.items.map((item) => readValue(item, scope));
    case "object":
      return Object.fromEntries(expression.entries.map(([key, item]) => [key, readValue(item, scope)]));
    case "name": {
      const known = scope.get(expression.name);
      if (known && known !== expression) return readValue(known, scope);
      throw new CodeError(`Nothing is known about ${expression.name}.`, expression);
    }
    case "member":
      return camelCase(expression.name);
    case "call":
      return readChoice(expression, scope);
  }
}

function readChoice({ callee, positional, named, ...place }: CallExpression, scope: Scope): unknown {
  const word = lastWord(callee);
  if (word === undefined) throw new CodeError("Only running the code could tell what this is.", place);
  const name = word.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());
  const options = readOptions(positional[0], named, scope);
  return Object.keys(options).length === 0 ? camelCase(name) : { name: camelCase(name), ...options };
}

/** Options as an object or by name, in our spelling. What cannot be read of them is left out. */
export function readOptions(
  given: Expression | undefined,
  named: readonly (readonly [string, Expression])[],
  scope: Scope,
): Record<string, unknown> {
  const entries = [...(given?.kind === "object" ? given.entries : []), ...named];
  return Object.fromEntries(
    entries.flatMap(([key, item]) => {
      try {
        return [[camelCase(key), readValue(item, scope)]];
      } catch (error) {
        if (error instanceof CodeError) return [];
        throw error;
      }
    }),
  );
}
