import { escapeHtml } from "./escape.ts";
import { style } from "./style.ts";

/** What stands at the top of a page and in it. All but the titles is HTML. */
export interface Page {
  readonly eyebrow: string;
  readonly title: string;
  /** Below the title. */
  readonly lead: string;
  readonly body: string;
  /** Rules beside those that all pages have. */
  readonly ownStyle?: string;
}

/** One HTML page that needs nothing else. */
export function writePage({ eyebrow, title, lead, body, ownStyle = "" }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}${ownStyle}</style>
</head>
<body>
<main>
<header>
<div class="eyebrow">${escapeHtml(eyebrow)}</div>
<h1>${escapeHtml(title)}</h1>
${lead}
</header>
${body}
</main>
</body>
</html>
`;
}
