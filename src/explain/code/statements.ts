import { type Expression, ExpressionParser } from "./parse-expression.ts";
import { CodeError, type Lexeme, tokenize } from "./tokenize.ts";

/** An expression and the name it is given, if it is. */
export interface Statement {
  readonly name?: string;
  readonly expression: Expression;
}

export interface Statements {
  readonly statements: readonly Statement[];
  /** What could not be read. */
  readonly errors: readonly CodeError[];
}

/** Words that begin what is passed over: nothing about a network stands there. */
const passedOver = new Set([
  "import",
  "from",
  "for",
  "while",
  "if",
  "else",
  "def",
  "class",
  "with",
  "try",
  "function",
]);

/**
 * The statements of a program, as far as they are expressions of literals and calls. Blocks are taken apart; whatever
 * else stands between is passed over.
 */
export function statementsOf(code: string): Statements {
  const statements: Statement[] = [];
  const errors: CodeError[] = [];
  for (const lexemes of pieces(tokenize(code))) {
    const equals = lexemes.findIndex(
      ({ text, kind }, i) => kind === "mark" && text === "=" && isOutside(lexemes, i),
    );
    const left = lexemes
      .slice(0, Math.max(0, equals))
      .filter(({ text }) => !/^(const|let|var|export)$/.test(text));
    const right = lexemes.slice(equals + 1);
    const last = right[right.length - 1];
    const end: Lexeme = { kind: "end", text: "", from: last?.to ?? 0, to: last?.to ?? 0 };
    try {
      const parser = new ExpressionParser([...right, end]);
      const expression = parser.parse();
      const [first] = left;
      statements.push({ expression, ...(first?.kind === "name" && { name: first.text }) });
    } catch (error) {
      if (!(error instanceof CodeError)) throw error;
      errors.push(error);
    }
  }
  return { statements, errors };
}

function isOutside(lexemes: readonly Lexeme[], at: number): boolean {
  let depth = 0;
  for (const { text, kind } of lexemes.slice(0, at)) {
    if (kind === "string") continue;
    if ("([{".includes(text)) depth++;
    if (")]}".includes(text)) depth--;
  }
  return depth === 0;
}

/** Cuts lexemes at the ends of statements: semicolons and lines outside of brackets, and the braces of blocks. */
function pieces(lexemes: readonly Lexeme[]): Lexeme[][] {
  const all: Lexeme[][] = [[]];
  const open: boolean[] = [];
  const cut = (): void => {
    all.push([]);
  };
  for (const [i, lexeme] of lexemes.entries()) {
    const { text, kind } = lexeme;
    const piece = all[all.length - 1];
    const isMark = kind === "mark";
    const isOpen = open.some((isBracket) => isBracket);
    if (kind === "end") break;
    if (kind === "line") {
      const goesOn = lexemes.slice(i + 1).find((next) => next.kind !== "line")?.text === ".";
      if (!isOpen && !goesOn) cut();
      continue;
    }
    if (isMark && text === ";" && !isOpen) {
      cut();
      continue;
    }
    if (isMark && text === "{") {
      const before = piece[piece.length - 1]?.text;
      const isBlock =
        before === ")" || before === "=>" || before === undefined || before === "else" || before === "try";
      open.push(!isBlock);
      if (isBlock) {
        cut();
        continue;
      }
    } else if (isMark && "([".includes(text)) open.push(true);
    else if (isMark && ")]}".includes(text)) {
      const isBracket = open.pop() ?? true;
      if (!isBracket) {
        cut();
        continue;
      }
    }
    piece.push(lexeme);
  }
  return all.filter(
    ([first]) => first && !passedOver.has(first.text) && !/^(async|export)$/.test(first.text),
  );
}
