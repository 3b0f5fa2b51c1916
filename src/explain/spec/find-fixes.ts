/** What is wrong with a layer, and what would cure it. */
import { ConvNetError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { LayerSpec } from "../../models/spec.ts";
import type { SpecFix, SpecProblem, WindowReport } from "./spec-report.ts";

/** `5×5×16`. */
export const sizes = (shape: Shape): string => shape.join("×");

/** A layer of a spec with what came before it. */
export interface Place {
  readonly index: number;
  readonly entry: LayerSpec;
  /** Shapes that it reads. */
  readonly inputs: readonly Shape[];
  /** The layer in front of it in a chain. */
  readonly before?: LayerSpec | undefined;
}

const capital = (type: string): string => `${type[0].toUpperCase()}${type.slice(1)}`;

/** The name that a hint suggests. */
const suggestion = (hint: string | undefined): string | undefined =>
  /^Did you mean "(.+)"\?$/.exec(hint ?? "")?.[1];

/** An error that the library threw for a layer, as a problem with fixes. */
export function problemOf(place: Place, error: unknown): SpecProblem {
  if (!(error instanceof ConvNetError)) throw error;
  const { index, entry, inputs } = place;
  const fixes: SpecFix[] = [];
  const set = (label: string, options: Readonly<Record<string, unknown>>): void => {
    fixes.push({ label, edit: { kind: "set", at: index, options } });
  };
  if (/no inputShape/.test(error.received)) {
    set("Take images of 28×28×1", { inputShape: [28, 28, 1] });
    return { severity: "error", code: "inputShape", layer: index, message: error.message, fixes };
  }
  const known = suggestion(error.hint);
  const wrong = unquoted(error.received);
  if (known !== undefined && wrong === entry.type) set(`Use ${known}`, { type: known });
  else if (known !== undefined && wrong !== undefined && wrong in entry)
    set(`Call it ${known}`, { [wrong]: null, [known]: entry[wrong] });
  else if (known !== undefined && wrong !== undefined) {
    const option = Object.entries(entry).find(([, value]) => value === wrong)?.[0];
    if (option) set(`Use ${option} "${known}"`, { [option]: known });
  }
  const [shape = []] = inputs;
  const spatial = shape.slice(0, -1);
  const size = entry.kernelSize === undefined ? "poolSize" : "kernelSize";
  if (error.code === "shape" && /at least \d+ pixels/.test(error.expected)) {
    if (entry.padding !== "same") set("Use padding same", { padding: "same" });
    const fitting = Math.min(...spatial);
    set(`Use a window of ${fitting}×${fitting}`, { [size]: fitting });
  }
  if (error.code === "shape" && /groups/.test(error.expected)) set("Use one group", { groups: 1 });
  if (error.code === "shape" && place.before?.type === "flatten") {
    const edit = { kind: "remove", at: index - 1 } as const;
    fixes.push({ label: "Remove Flatten", edit });
  }
  const code = error.code === "shape" ? "shape" : "option";
  return { severity: "error", code, layer: index, message: error.message, fixes };
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What can be built but is hardly meant. */
export function warningsOf(place: Place, window: readonly WindowReport[] | undefined): SpecProblem[] {
  const { index, entry, inputs, before } = place;
  const [shape = []] = inputs;
  const found: SpecProblem[] = [];
  const warn = (code: SpecProblem["code"], message: string, fixes: SpecFix[]): void => {
    found.push({ severity: "warning", code, layer: index, message, fixes });
  };
  if (entry.type === "dense" && shape.length > 1) {
    const message = `${capital(entry.type)} needs a flat input, but gets ${sizes(shape)}: it would work on each position by itself.`;
    warn("denseOnImage", message, [
      { label: "Add Flatten", edit: { kind: "insert", at: index, layer: { type: "flatten" } } },
    ]);
  }
  const isSquare = window?.length === 2;
  const [rows = 0, columns = 0] = (window ?? []).map(lost);
  if (window && rows + columns > 0) {
    const parts = isSquare
      ? [count(rows, "row"), count(columns, "column")].filter((part) => part !== "")
      : [count(rows, "position")];
    const message = `${entry.type} never reads ${parts.join(" and ")} of ${sizes(shape.slice(0, -1))}.`;
    warn("unread", message, [
      { label: "Use padding same", edit: { kind: "set", at: index, options: { padding: "same" } } },
    ]);
  }
  if (before && isLinear(before) && isWeighted(entry)) {
    const message = `${before.type} has no activation, and ${entry.type} follows: two linear layers are no more than one.`;
    warn("noActivation", message, [
      { label: "Use ReLU", edit: { kind: "set", at: index - 1, options: { activation: "relu" } } },
    ]);
  }
  return found;
}

/** Rows behind the last window. Windows that lie apart leave rows out on purpose. */
function lost({ in: length, size, stride, dilation, unread }: WindowReport): number {
  if ((size - 1) * dilation + 1 < stride) return 0;
  let count = 0;
  while (count < unread.length && unread[unread.length - 1 - count] === length - 1 - count) count++;
  return count;
}

const count = (number: number, what: string): string =>
  number === 0 ? "" : `${number} ${what}${number === 1 ? "" : "s"}`;

const isWeighted = ({ type }: LayerSpec): boolean => /^(conv|dense|depthwiseConv|separableConv)/.test(type);
const isLinear = (layer: LayerSpec): boolean =>
  isWeighted(layer) && (layer.activation === undefined || layer.activation === "linear");
