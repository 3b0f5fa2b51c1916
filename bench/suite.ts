export interface SuiteOptions {
  /** Runs of every contender; medians are reported. */
  readonly rounds: number;
  /** Fewer settings. */
  readonly quick: boolean;
  /** Also the peers whose steps take seconds. */
  readonly slow: boolean;
  readonly progress: (what: string) => void;
}

export interface SuiteResult {
  readonly title: string;
  readonly json: unknown;
  readonly markdown: string;
}

export type Suite = (options: SuiteOptions) => Promise<SuiteResult>;
