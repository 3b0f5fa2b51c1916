import { CodeError, type Lexeme } from "./tokenize.ts";

interface At {
  readonly from: number;
  readonly to: number;
}

/** An expression of literals, names and calls: all that is read of a program. */
export type Expression = At &
  (
    | { readonly kind: "value"; readonly value: number | string | boolean | null }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "object"; readonly entries: readonly (readonly [string, Expression])[] }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "member"; readonly object: Expression; readonly name: string }
    | CallExpression
  );

export interface CallExpression extends At {
  readonly kind: "call";
  readonly callee: Expression;
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
}

const constants: Readonly<Record<string, boolean | null>> = {
  true: true,
  false: false,
  null: null,
  undefined: null,
  True: true,
  False: false,
  None: null,
};

/** Words in front of an expression that change nothing of what is read. */
const prefixes = new Set(["await", "new", "return"]);

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Reads one expression; lines do not matter inside it. */
export class ExpressionParser {
  private readonly lexemes: readonly Lexeme[];
  private position = 0;

  constructor(lexemes: readonly Lexeme[]) {
    this.lexemes = lexemes.filter(({ kind }) => kind !== "line");
  }

  private get next(): Lexeme {
    return this.lexemes[Math.min(this.position, this.lexemes.length - 1)];
  }

  private take(): Lexeme {
    const lexeme = this.next;
    this.position++;
    return lexeme;
  }

  private accept(text: string): boolean {
    const isNext = this.next.text === text && this.next.kind !== "string";
    if (isNext) this.position++;
    return isNext;
  }

  private expect(text: string): Lexeme {
    const lexeme = this.next;
    if (this.accept(text)) return lexeme;
    throw new CodeError(
      `Expected "${text}", got ${lexeme.text === "" ? "the end" : `"${lexeme.text}"`}.`,
      lexeme,
    );
  }

  /** @throws CodeError if something follows. */
  requireEnd(): void {
    if (this.next.kind !== "end") throw new CodeError(`Cannot read "${this.next.text}" here.`, this.next);
  }

  /** Sums and products of numbers are worked out; anything else between two expressions is refused. */
  parse(): Expression {
    let left = this.product();
    for (;;) {
      const sign = this.next;
      if (!this.accept("+") && !this.accept("-")) return left;
      left = this.combine(sign, left, this.product());
    }
  }

  private product(): Expression {
    let left = this.unary();
    for (;;) {
      const sign = this.next;
      if (!this.accept("*") && !this.accept("/")) return left;
      left = this.combine(sign, left, this.unary());
    }
  }

  private combine(sign: Lexeme, left: Expression, right: Expression): Expression {
    const numbers = [left, right].map((side) => (side.kind === "value" ? side.value : undefined));
    const [a, b] = numbers;
    if (typeof a !== "number" || typeof b !== "number") {
      throw new CodeError("Only numbers can be worked out.", sign);
    }
    const value = { "+": a + b, "-": a - b, "*": a * b, "/": a / b }[sign.text] ?? Number.NaN;
    return { kind: "value", value, from: left.from, to: right.to };
  }

  private unary(): Expression {
    const { from } = this.next;
    if (this.accept("-")) {
      const operand = this.unary();
      if (operand.kind === "value" && typeof operand.value === "number")
        return { kind: "value", value: -operand.value, from, to: operand.to };
      throw new CodeError("Only a number can be negative.", operand);
    }
    if (this.next.kind === "name" && prefixes.has(this.next.text)) {
      this.take();
      return this.unary();
    }
    return this.postfix(this.primary());
  }

  private primary(): Expression {
    const lexeme = this.take();
    const { from, to, kind, text } = lexeme;
    if (kind === "number" || kind === "string") return { kind: "value", value: lexeme.value ?? "", from, to };
    if (kind === "name") {
      if (Object.hasOwn(constants, text)) return { kind: "value", value: constants[text], from, to };
      return { kind: "name", name: text, from, to };
    }
    if (text === "[") {
      const { items, end } = this.items("[");
      return { kind: "list", items, from, to: end };
    }
    if (text === "(") {
      const { items, end, commas } = this.items("(");
      return items.length === 1 && commas === 0 ? items[0] : { kind: "list", items, from, to: end };
    }
    if (text === "{") return this.object(from);
    throw new CodeError(text === "" ? "The code ends too early." : `Cannot read "${text}" here.`, lexeme);
  }

  private items(open: string): { items: Expression[]; end: number; commas: number } {
    const items: Expression[] = [];
    let commas = 0;
    while (this.next.text !== closing[open] || this.next.kind === "string") {
      items.push(this.parse());
      if (!this.accept(",")) break;
      commas++;
    }
    return { items, end: this.expect(closing[open]).to, commas };
  }

  private object(from: number): Expression {
    const entries: [string, Expression][] = [];
    while (this.next.text !== "}" || this.next.kind === "string") {
      const key = this.take();
      const name = key.kind === "string" ? String(key.value) : key.text;
      if (key.kind !== "name" && key.kind !== "string")
        throw new CodeError(`Expected a name, got "${key.text}".`, key);
      const value: Expression = this.accept(":")
        ? this.parse()
        : { kind: "name", name, from: key.from, to: key.to };
      entries.push([name, value]);
      if (!this.accept(",")) break;
    }
    return { kind: "object", entries, from, to: this.expect("}").to };
  }

  private postfix(start: Expression): Expression {
    let expression = start;
    for (;;) {
      const { from } = expression;
      if (this.accept(".")) {
        const { text, to } = this.take();
        expression = { kind: "member", object: expression, name: text, from, to };
      } else if (this.accept("(")) expression = this.call(expression);
      else if (this.accept("!")) continue;
      else return expression;
    }
  }

  private call(callee: Expression): CallExpression {
    const positional: Expression[] = [];
    const named: [string, Expression][] = [];
    while (this.next.text !== ")" || this.next.kind === "string") {
      const after = this.lexemes[this.position + 1];
      if (this.next.kind === "name" && after?.text === "=") {
        const name = this.take().text;
        this.expect("=");
        named.push([name, this.parse()]);
      } else positional.push(this.parse());
      if (!this.accept(",")) break;
    }
    return { kind: "call", callee, positional, named, from: callee.from, to: this.expect(")").to };
  }
}

/** The last word of a name with dots: `keras.layers.Conv2D` → `Conv2D`. */
export function lastWord(expression: Expression): string | undefined {
  if (expression.kind === "name" || expression.kind === "member") return expression.name;
  return undefined;
}
