import type { ModelSpec } from "../../models/spec.ts";
import type { CodeTraining } from "./code-settings.ts";
import { ExpressionParser } from "./parse-expression.ts";
import { ProgramReader } from "./read-program.ts";
import { readValue } from "./read-value.ts";
import { statementsOf } from "./statements.ts";
import { CodeError, tokenize } from "./tokenize.ts";

/** Something in the code that could not be read. */
export interface CodeProblem {
  readonly message: string;
  /** Characters from the beginning of the code. */
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface ParsedCode {
  /** The network; missing if there is none in the code. */
  readonly spec?: ModelSpec;
  /** What the code says about training. */
  readonly training: CodeTraining;
  readonly problems: readonly CodeProblem[];
}

/**
 * Reads a network, and how it is trained, out of code: a spec as JSON, TypeScript as `toCode` writes it, or Keras's
 * Python, as chains or graphs of layers. Nothing is evaluated; what is not about a network is passed over. Whether the
 * network can be built, `checkSpec` says.
 *
 * @example
 * const { spec, training } = parseCode(`
 *   model = Sequential()
 *   model.add(Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
 *   model.add(Flatten())
 *   model.add(Dense(10, activation='softmax'))
 *   model.compile(optimizer='adam', loss='sparse_categorical_crossentropy')
 * `);
 * console.log(spec?.layers.length, training.optimizer);
 */
export function parseCode(code: string): ParsedCode {
  const problem = (error: CodeError): CodeProblem => {
    const before = code.slice(0, error.from).split("\n");
    const { message, from, to } = error;
    return { message, from, to, line: before.length, column: before[before.length - 1].length + 1 };
  };
  if (/^\s*\{/.test(code)) return parseObject(code, problem);
  const { statements, errors } = statementsOf(code);
  const reader = new ProgramReader();
  const problems: CodeError[] = [];
  for (const statement of statements) {
    try {
      reader.read(statement);
    } catch (error) {
      if (!(error instanceof CodeError)) throw error;
      problems.push(error);
    }
  }
  const spec = reader.spec();
  if (!spec && problems.length === 0) {
    /* Only now does it matter what could not be read. */
    const missing = new CodeError("There is no network in this code.", { from: 0, to: code.length });
    problems.push(...errors, missing);
  }
  return { ...(spec && { spec }), training: reader.training, problems: problems.map(problem) };
}

/** A spec as an object: JSON, or what a program would write, with names without quotes and commas at the end. */
function parseObject(code: string, problem: (error: CodeError) => CodeProblem): ParsedCode {
  try {
    const parser = new ExpressionParser(tokenize(code));
    const value = readValue(parser.parse(), new Map()) as Partial<ModelSpec>;
    parser.requireEnd();
    if (Array.isArray(value.layers)) return { spec: value as ModelSpec, training: {}, problems: [] };
    throw new CodeError('A spec has "layers": [ … ].', { from: 0, to: code.length });
  } catch (error) {
    if (!(error instanceof CodeError)) throw error;
    return { training: {}, problems: [problem(error)] };
  }
}
