/** A word, number, string or mark of a program in TypeScript or Python. */
export interface Lexeme {
  readonly kind: "name" | "number" | "string" | "mark" | "line" | "end";
  readonly text: string;
  /** Of numbers and strings. */
  readonly value?: number | string;
  readonly from: number;
  readonly to: number;
}

/** Something that cannot be read, with its place in the code. */
export class CodeError extends Error {
  override readonly name = "CodeError";
  readonly from: number;
  readonly to: number;

  constructor(message: string, { from, to }: { readonly from: number; readonly to: number }) {
    super(message);
    this.from = from;
    this.to = to;
  }
}

const patterns: readonly (readonly [Lexeme["kind"] | "skip", RegExp])[] = [
  ["skip", /(?:[^\S\n]|\\\n)+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*/y],
  ["line", /\n/y],
  [
    "string",
    /[fFrRbBuU]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)/y,
  ],
  ["number", /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y],
  ["name", /[\p{L}_$][\p{L}\p{N}_$]*/uy],
  ["mark", /=>|===?|!==?|\*\*|[-+*/]=|\.\.\.|->|[^\s]/y],
];

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function stringOf(text: string): string {
  const quoted = text.replace(/^[fFrRbBuU]+/, "");
  const width = /^("""|''')/.test(quoted) ? 3 : 1;
  return quoted.slice(width, -width).replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}

/** Cuts code into lexemes; comments and spaces are left out, ends of lines are not. */
export function tokenize(code: string): Lexeme[] {
  const found: Lexeme[] = [];
  let at = 0;
  while (at < code.length) {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const text = pattern.exec(code)?.[0];
      if (text === undefined) continue;
      const place = { text, from: at, to: at + text.length };
      if (kind === "string") found.push({ kind, ...place, value: stringOf(text) });
      else if (kind === "number") found.push({ kind, ...place, value: Number(text.replaceAll("_", "")) });
      else if (kind !== "skip") found.push({ kind, ...place });
      at += text.length;
      break;
    }
  }
  found.push({ kind: "end", text: "", from: code.length, to: code.length });
  return found;
}
