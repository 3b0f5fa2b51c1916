/** The examples in docstrings and documents, as programs that can be run. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

export interface Example {
  /** File, and the name or heading it belongs to. */
  readonly name: string;
  readonly code: string;
}

function isTypeOnly(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? [];
  return declaration !== undefined && ts.isTypeOnlyExportDeclaration(declaration);
}

export interface DocumentedName {
  readonly name: string;
  /** Whether it cannot be called, only named in types. */
  readonly isType: boolean;
  readonly examples: string[];
}

/** What the entry points export, through re-exports of other modules and namespaces, with its examples. */
export function documentedNames(entries: readonly string[]): DocumentedName[] {
  const config = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, process.cwd());
  const program = ts.createProgram([...entries], options);
  const checker = program.getTypeChecker();
  const found: DocumentedName[] = [];
  const visit = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const target = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const name = prefix + exported.name;
      if (target.flags & ts.SymbolFlags.Module) {
        visit(target, `${name}.`);
        continue;
      }
      const isType = isTypeOnly(exported) || (target.flags & ts.SymbolFlags.Value) === 0;
      found.push({ name, isType, examples: examplesOf(target, checker) });
    }
  };
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`${entry} exports nothing`);
    visit(symbol, "");
  }
  return found;
}

function examplesOf(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const own = symbol.getJsDocTags(checker).filter(({ name }) => name === "example");
  const members = symbol.flags & ts.SymbolFlags.Class && symbol.members ? [...symbol.members.values()] : [];
  return [
    ...own.map(({ text }) => ts.displayPartsToString(text)),
    ...members.flatMap((member) => examplesOf(member, checker)),
  ];
}

/** TypeScript blocks of a Markdown file; those marked `ts no-run` are left out. */
export async function markdownExamples(file: string): Promise<Example[]> {
  const text = await readFile(file, "utf8");
  const examples: Example[] = [];
  for (const [, code] of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    examples.push({ name: `${file}, example ${examples.length + 1}`, code });
  }
  return examples;
}

export async function markdownFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/**
 * Runs code with the given names in scope; imports become those names.
 *
 * @param imported what names mean that are imported explicitly, where `scope` has something else under them
 */
export async function runExample(
  code: string,
  sample: Readonly<Record<string, unknown>>,
  imported: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const lists = [...code.matchAll(/^import \{([^}]*)\} from/gm)].flatMap(([, list]) => list.split(","));
  const explicit = lists.map((name) => name.trim()).filter((name) => name in imported);
  const scope = { ...sample, ...Object.fromEntries(explicit.map((name) => [name, imported[name]])) };
  const body = code.replace(/^import .*$/gm, "");
  const { outputText } = ts.transpileModule(body, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const declared = new Set(
    [...body.matchAll(/\b(?:const|let|class|function)\s+(?:\{([^}]*)\}|(\w+))/g)].flatMap(([, list, one]) =>
      one ? [one] : list.split(",").map((part) => (part.split(":").pop() ?? "").trim()),
    ),
  );
  const names = Object.keys(scope).filter((name) => !declared.has(name));
  const run = new AsyncFunction(...names, outputText) as (...values: unknown[]) => Promise<void>;
  await run(...names.map((name) => scope[name]));
}
