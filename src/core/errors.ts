/** What every error says: where it happened, what was expected, what came instead, and what to do about it. */
export interface Problem {
  /** Layer, option, file (with offset) or call, in the user's words. */
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  readonly hint?: string | undefined;
}

/** Which kind of error it is; stable, for programs that branch on it. */
export type ErrorCode = "shape" | "option" | "data" | "file" | "usage" | "notFinite" | "backend";

/**
 * Base of every error this package throws on purpose.
 *
 * @example
 * try {
 *   sequential([layers.dense({ units: 0, inputShape: [4] })]);
 * } catch (error) {
 *   if (error instanceof ConvNetError) console.log(error.code, error.expected, error.received); // option …
 * }
 */
export class ConvNetError extends Error {
  override readonly name: string = "ConvNetError";
  readonly code: ErrorCode;
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, problem: Problem, options?: ErrorOptions) {
    const { where, expected, received, hint } = problem;
    super(`${where}: expected ${expected}, got ${received}.${hint ? ` ${hint}` : ""}`, options);
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.received = received;
    this.hint = hint;
  }
}

/** Shapes that do not fit together. */
export class ShapeError extends ConvNetError {
  override readonly name = "ShapeError";
  constructor(problem: Problem) {
    super("shape", problem);
  }
}

/** An option, name or argument that does not exist or is out of range. */
export class OptionError extends ConvNetError {
  override readonly name = "OptionError";
  constructor(problem: Problem) {
    super("option", problem);
  }
}

/** Samples or labels that cannot be used. */
export class DataError extends ConvNetError {
  override readonly name = "DataError";
  constructor(problem: Problem) {
    super("data", problem);
  }
}

/** A file that cannot be read or written; `where` names it. */
export class FileError extends ConvNetError {
  override readonly name = "FileError";
  constructor(problem: Problem, options?: ErrorOptions) {
    super("file", problem, options);
  }
}

/** A call at the wrong time, such as `fit` before `compile`. */
export class UsageError extends ConvNetError {
  override readonly name = "UsageError";
  constructor(problem: Problem) {
    super("usage", problem);
  }
}

/** The loss became NaN or infinite; the weights are those of before that step. */
export class NotFiniteError extends ConvNetError {
  override readonly name = "NotFiniteError";
  constructor(problem: Problem) {
    super("notFinite", problem);
  }
}

/** A backend cannot run here, or stopped. */
export class BackendError extends ConvNetError {
  override readonly name = "BackendError";
  constructor(problem: Problem, options?: ErrorOptions) {
    super("backend", problem, options);
  }
}
