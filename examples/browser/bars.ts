/** Ten bars, one for the probability of each digit. */
export class Bars {
  private readonly rows: { readonly row: HTMLElement; readonly text: HTMLElement }[];

  constructor(list: HTMLElement) {
    this.rows = Array.from({ length: 10 }, (_, digit) => {
      const row = document.createElement("li");
      const name = document.createElement("b");
      name.textContent = String(digit);
      const bar = document.createElement("i");
      const text = document.createElement("span");
      row.append(name, bar, text);
      list.append(row);
      return { row, text };
    });
    this.show(undefined);
  }

  show(probabilities: ArrayLike<number> | undefined): void {
    const best = probabilities ? largest(probabilities) : -1;
    for (const [digit, { row, text }] of this.rows.entries()) {
      const probability = probabilities?.[digit] ?? 0;
      row.style.setProperty("--share", String(probability));
      row.classList.toggle("best", digit === best);
      text.textContent = probabilities ? percent(probability) : "";
    }
  }
}

/** The place of the largest number. */
export function largest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

/** `93.4 %`, without ever claiming certainty. */
export function percent(share: number): string {
  const digits = Math.min(Math.max(share, 0), 1) * 100;
  if (digits > 99.9 && digits < 100) return "99.9 %";
  return `${digits.toFixed(digits >= 99.95 || digits < 0.05 ? 0 : 1)} %`;
}
