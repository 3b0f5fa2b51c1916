import { basename, relative } from "node:path";

/** How this command line was called, so that commands in its output can be pasted. */
export function invocation(
  script = process.argv[1] ?? "convnet",
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (env.npm_lifecycle_event === "npx") return "npx convnet";
  if (env.npm_package_name === "convnet" && env.npm_lifecycle_event) return "npm run -s convnet --";
  if (basename(script) === "convnet") return "convnet";
  const fromHere = relative(process.cwd(), script);
  return `node ${quote(fromHere.length < script.length ? fromHere : script)}`;
}

export function commandLine(...words: string[]): string {
  return [invocation(), ...words.map(quote)].join(" ");
}

/** A word as a POSIX shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
