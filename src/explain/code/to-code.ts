import { OptionError } from "../../core/errors.ts";
import { lookUp } from "../../core/names.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { type CodeTraining, type Program, programOf } from "./code-settings.ts";
import { snakeCase } from "./keras-names.ts";
import { type CodeToken, TokenWriter } from "./token.ts";
import { writeKeras } from "./write-keras.ts";
import { writeTypescript } from "./write-typescript.ts";

export type CodeTarget = "browser" | "node" | "cli" | "json" | "keras";

const writers: Readonly<Record<CodeTarget, (program: Program) => TokenWriter>> = {
  browser: (program) => writeTypescript(program, "browser"),
  node: (program) => writeTypescript(program, "node"),
  cli: writeCommandLine,
  json: writeJson,
  keras: writeKeras,
};

/**
 * A network, and how it is trained, as code: tokens for colouring, each with its place in the spec or the settings, so
 * that an edited number finds what it changes. Their texts put together are the code.
 *
 * @param target TypeScript for `"browser"` or `"node"`, a `"cli"` line for the network saved as network.json, the spec
 *   as `"json"`, or Python for `"keras"`
 * @throws OptionError if there is no such target, or the layers of a graph have no names or read what nobody makes, or a model
 *   stands inside another and the target is a program
 * @example
 * const spec = { layers: [{ type: "dense", units: 10, inputShape: [784] }] };
 * const tokens = toCode(spec, "keras", { epochs: 2 });
 * console.log(tokens.map(({ text }) => text).join(""));
 */
export function toCode(spec: ModelSpec, target: CodeTarget, training: CodeTraining = {}): CodeToken[] {
  const write = lookUp("toCode, target", writers, target);
  const inner = spec.layers.find(({ type }) => type === "model");
  if (inner && (write === writers.browser || write === writers.node || write === writers.keras)) {
    throw new OptionError({
      where: `toCode, ${String(inner.name ?? "model")}`,
      expected: "layers without models inside them",
      received: `a model, for ${target}`,
      hint: 'Models in models can be written as "json".',
    });
  }
  return write(programOf(spec, training)).tokens;
}

function writeJson({ spec }: Program): TokenWriter {
  const writer = new TokenWriter();
  const isFlat = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    Object.values(value).every((item) => typeof item !== "object");
  const write = (value: unknown, path: readonly (string | number)[], indent: number): void => {
    if (typeof value === "string") writer.string(value);
    else if (typeof value === "number") writer.add("number", JSON.stringify(value));
    else if (typeof value !== "object" || value === null)
      writer.add("constant", JSON.stringify(value ?? null));
    else {
      const isList = Array.isArray(value);
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      const isShort = isFlat(value) || (path.length === 2 && path[0] === "layers" && !("model" in value));
      const inside = indent + 2;
      const gap = (): void => {
        if (isShort && !isList) writer.space();
        else if (!isShort) writer.line(inside);
      };
      writer.mark(isList ? "[" : "{");
      if (entries.length > 0) gap();
      writer.list(
        entries,
        () => {
          writer.mark(",");
          if (isShort) writer.space();
          else writer.line(inside);
        },
        ([key, item]) => {
          const place = [...path, isList ? Number(key) : key];
          writer.at(place, () => {
            if (!isList) writer.property(JSON.stringify(key)).mark(":").space();
            write(item, place, inside);
          });
        },
      );
      if (entries.length > 0 && !isShort) writer.line(indent);
      else if (entries.length > 0 && !isList) writer.space();
      writer.mark(isList ? "]" : "}");
    }
  };
  write(spec, [], 0);
  writer.line();
  return writer;
}

function writeCommandLine({ training }: Program): TokenWriter {
  const writer = new TokenWriter();
  writer.comment("# network.json: the network as JSON").line();
  writer.call("convnet").space().name("train").space();
  writer.at(["training", "dataset"], () => writer.name(snakeCase(training.dataset).replaceAll("_", "-")));
  writer.space().property("--model").space().name("network.json");
  const { epochs, batchSize, optimizer, learningRate, validationSplit, seed } = training;
  const options = { epochs, batchSize, optimizer, learningRate, validationSplit, seed };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    writer.space();
    writer.at(["training", key], () => {
      writer.property(`--${snakeCase(key).replaceAll("_", "-")}`).space();
      writer.add(typeof value === "number" ? "number" : "name", String(value));
    });
  }
  writer.line();
  return writer;
}
