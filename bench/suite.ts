export interface SuiteOptions {
  /** Turns of every contender; medians are reported. */
  readonly rounds: number;
  /** Fewer settings. */
  readonly quick: boolean;
  /** Also the peers whose steps take seconds. */
  readonly slow: boolean;
  /** Whether other systems are measured beside. */
  readonly peers: boolean;
  readonly progress: (what: string) => void;
}

export interface SuiteResult {
  readonly title: string;
  readonly json: unknown;
  readonly markdown: string;
  readonly plot?: Plot;
}

/** A picture of the results. */
export interface Plot {
  /** File in docs/images. */
  readonly file: string;
  readonly svg: string;
}

export type Suite = (options: SuiteOptions) => Promise<SuiteResult>;
