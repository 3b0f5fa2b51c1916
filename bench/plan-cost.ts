/** What a plan costs, read from the text of `model.explainProgram()`. */
export interface PlanCost {
  /** Multiplications and additions the plan does for one image if every unit is alive. */
  readonly flopsPerImage: number;
  /** Memory of all buffers of a step (10⁶ bytes), planned before it runs. */
  readonly scratchMB: number;
}

/** Share of a convolution's products that Winograd's F(m × m, r × r) keeps: ((m + r − 1) / (m · r))². */
const winogradShare = (m: number, r: number): number => ((m + r - 1) / (m * r)) ** 2;

/**
 * The plan lists a Winograd convolution with the arithmetic of the plain method; here it counts for what it multiplies.
 *
 * @throws Error if the text is not such a plan
 */
export function planCost(plan: string, batch: number): PlanCost {
  const [title, ...rows] = plan.split("\n");
  const totals = /scratch ([\d.]+) MB · ([\d.]+) MFLOP/.exec(title);
  if (!totals) throw new Error(`Expected "scratch … MB · … MFLOP" in the plan's title, got "${title}".`);
  let saved = 0;
  for (const row of rows) {
    const winograd = /\bwinograd(\d)(\d)\b/.exec(row);
    if (!winograd) continue;
    const megaflops = Number(row.split(/\s{2,}/).at(-2));
    if (Number.isNaN(megaflops)) continue; // Forms of weights have no arithmetic.
    saved += megaflops * (1 - winogradShare(Number(winograd[1]), Number(winograd[2])));
  }
  return { flopsPerImage: ((Number(totals[2]) - saved) * 1e6) / batch, scratchMB: Number(totals[1]) };
}
