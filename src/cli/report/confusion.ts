import { formatCount, formatPercent } from "../format.ts";
import { escapeHtml } from "./escape.ts";
import { type ClassScore, type Mixup, mixups } from "./verdicts.ts";

/** More classes than this make no readable matrix. */
const mostClasses = 40;
const mostMixups = 10;

/** The confusion matrix as a table: rows are the truth, columns what the network said. */
export function drawConfusion(counts: readonly (readonly number[])[], names: readonly string[]): string {
  if (names.length > mostClasses)
    return `<p class="muted">${names.length} classes: too many for a matrix.</p>`;
  const worst = Math.max(1, ...counts.flatMap((row, truth) => row.filter((_, said) => said !== truth)));
  const isTall = names.some((name) => name.length > 3);
  const head = names.map((name) => `<th scope="col"><span>${escapeHtml(name)}</span></th>`).join("");
  const rows = counts.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, said) => drawCell(count, truth, said, { total, worst, names }));
    return `<tr><th scope="row">${escapeHtml(names[truth])}</th>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="confusion${isTall ? " tall" : ""}" style="--classes:${names.length}">
<thead><tr><th class="corner"><span>truth</span> <span>said</span></th>${head}</tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>`;
}

function drawCell(
  count: number,
  truth: number,
  said: number,
  { total, worst, names }: { total: number; worst: number; names: readonly string[] },
): string {
  if (count === 0)
    return `<td class="${truth === said ? "right" : "none"}">${truth === said ? "0" : "·"}</td>`;
  const shade = truth === said ? 0.1 + 0.35 * (count / total) : 0.12 + 0.6 * (count / worst);
  const verb = truth === said ? "recognised" : `taken for ${names[said]}`;
  const title = `${names[truth]}: ${formatCount(count)} of ${formatCount(total)} ${verb}`;
  return `<td class="${truth === said ? "right" : "wrong"}" style="--shade:${shade.toFixed(3)}" title="${escapeHtml(title)}">${count}</td>`;
}

/** The pairs that are mixed up most often, as a list with bars. */
export function drawMixups(counts: readonly (readonly number[])[], names: readonly string[]): string {
  const pairs = mixups(counts, mostMixups);
  if (pairs.length === 0) return `<p class="muted">Nothing was mixed up.</p>`;
  const item = ({ truth, said, count }: Mixup): string =>
    `<li><span class="pair"><b>${escapeHtml(names[truth])}</b> taken for <b>${escapeHtml(names[said])}</b></span>` +
    `<span class="bar wrong" style="--share:${(count / pairs[0].count).toFixed(3)}"></span><span class="number">${formatCount(count)}</span></li>`;
  return `<ol class="mixups">${pairs.map(item).join("\n")}</ol>`;
}

/** Precision and recall of each class. */
export function drawScores(scores: readonly ClassScore[], names: readonly string[]): string {
  const cell = (share: number): string =>
    Number.isNaN(share)
      ? `<td class="number">–</td>`
      : `<td class="number">${formatPercent(share)}<span class="bar" style="--share:${barShare(share).toFixed(3)}"></span></td>`;
  const rows = scores.map(
    ({ samples, precision, recall }, label) =>
      `<tr><th scope="row">${escapeHtml(names[label])}</th><td class="number">${formatCount(samples)}</td>${cell(precision)}${cell(recall)}</tr>`,
  );
  return `<div class="scroll"><table class="scores">
<thead><tr><th scope="col">class</th><th scope="col">samples</th><th scope="col">precision</th><th scope="col">recall</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** Bars begin at nothing: their lengths compare as the numbers do. */
function barShare(share: number): number {
  return Math.max(0, Math.min(1, share));
}
