/** What a token is, for colouring. */
export type TokenKind =
  | "keyword"
  | "name"
  | "function"
  | "property"
  | "string"
  | "number"
  | "constant"
  | "punctuation"
  | "comment"
  | "space";

/** A piece of code, and what it says: its place in the spec or in the training settings. */
export interface CodeToken {
  readonly text: string;
  readonly kind: TokenKind;
  /** `["layers", 0, "filters"]` or `["training", "epochs"]`, where the token stands for it. */
  readonly path?: readonly (string | number)[];
}

/** Puts tokens together. */
export class TokenWriter {
  readonly tokens: CodeToken[] = [];
  private path: readonly (string | number)[] | undefined;

  add(kind: TokenKind, text: string): this {
    this.tokens.push({ text, kind, ...(this.path && { path: this.path }) });
    return this;
  }

  /** Everything that `write` adds stands for the place `path`, unless it says something narrower. */
  at(path: readonly (string | number)[], write: () => void): this {
    const before = this.path;
    this.path = path;
    write();
    this.path = before;
    return this;
  }

  get currentPath(): readonly (string | number)[] {
    return this.path ?? [];
  }

  keyword = (text: string): this => this.add("keyword", text);
  name = (text: string): this => this.add("name", text);
  call = (text: string): this => this.add("function", text);
  property = (text: string): this => this.add("property", text);
  mark = (text: string): this => this.add("punctuation", text);
  string = (text: string): this => this.add("string", JSON.stringify(text));
  space = (text = " "): this => this.add("space", text);
  line = (indent = 0): this => this.add("space", `\n${" ".repeat(indent)}`);
  comment = (text: string): this => this.add("comment", text);

  /** Items with something between them. */
  list<Item>(items: readonly Item[], between: () => void, write: (item: Item, i: number) => void): this {
    for (const [i, item] of items.entries()) {
      if (i > 0) between();
      write(item, i);
    }
    return this;
  }

  comma = (): void => {
    this.mark(",").space();
  };
}
