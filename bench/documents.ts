/** Where results are written down: sections of docs/benchmarks.md, and pictures beside it. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));

export const imagePath = (file: string): string =>
  fileURLToPath(new URL(`../docs/images/${file}`, import.meta.url));

/**
 * The text with what stands between a suite's marks replaced.
 *
 * @throws Error if the marks are not there
 */
export function withSection(text: string, suite: string, content: string): string {
  const [begin, end] = [`<!-- begin ${suite} -->`, `<!-- end ${suite} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`Expected the marks ${begin} and ${end}, found none.`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** Puts a suite's results into the page. */
export function fillSection(suite: string, content: string): void {
  writeFileSync(page, withSection(readFileSync(page, "utf8"), suite, content));
}
