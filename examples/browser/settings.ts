/** What the page's address says: `?epochs=1&limit=2000` trains once over the first 2,000 digits. */
export interface Settings {
  readonly epochs: number;
  /** How many of the training images are used. */
  readonly limit: number;
}

export function readSettings(search: string): Settings {
  const parameters = new URLSearchParams(search);
  const whole = (name: string, otherwise: number): number => {
    const value = Number(parameters.get(name) ?? otherwise);
    return Number.isInteger(value) && value > 0 ? value : otherwise;
  };
  return { epochs: whole("epochs", 5), limit: whole("limit", 60_000) };
}
