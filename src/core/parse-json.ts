import { FileError } from "./errors.ts";

/** Deeper values are refused: code that walks them would run out of stack. */
const deepest = 200;

/** How deep brackets stand in each other, whatever is in strings left out. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > deepest) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/**
 * JSON that may come from a stranger.
 *
 * @param isPython also takes NaN, Infinity and -Infinity, as Python writes them; they become `null`
 * @throws FileError if it is none, or nested deeper than models are.
 */
export function parseJson(where: string, text: string, isPython = false): unknown {
  const problem = (expected: string, received: string) => new FileError({ where, expected, received });
  if (isTooDeep(text)) throw problem(`JSON nested at most ${deepest} deep`, "deeper nesting");
  try {
    return JSON.parse(isPython ? withoutNotFinite(text) : text) as unknown;
  } catch (cause) {
    throw problem("JSON", (cause as Error).message.replace(/\s+/g, " ").slice(0, 120));
  }
}

/** Words outside strings only. */
function withoutNotFinite(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs, (match) =>
    match.startsWith('"') ? match : "null",
  );
}
