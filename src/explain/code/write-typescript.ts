import type { LayerSpec } from "../../models/spec.ts";
import type { Program } from "./code-settings.ts";
import { type CallLine, callLines } from "./network-calls.ts";
import { TokenWriter } from "./token.ts";
import { writeValue } from "./write-value.ts";

/** A program in TypeScript that builds, trains and measures the network. */
export function writeTypescript(program: Program, place: "node" | "browser"): TokenWriter {
  const writer = new TokenWriter();
  const isChain = program.spec.inputs === undefined && program.spec.outputs === undefined;
  writeImports(writer, program, place, isChain);
  writer.line().line();
  writeData(writer, program, place);
  writer.line();
  if (isChain) writeChain(writer, program);
  else writeGraph(writer, program);
  writeTraining(writer, program);
  return writer;
}

function writeImports(
  writer: TokenWriter,
  { training }: Program,
  place: "node" | "browser",
  isChain: boolean,
): void {
  const names = [
    ...(place === "browser" ? ["idxDataset"] : []),
    ...(isChain ? [] : ["input"]),
    "layers",
    ...(isChain ? [] : ["model as network"]),
    ...(training.learningRate === undefined ? [] : ["optimizers"]),
    ...(place === "browser" ? ["readIdx"] : []),
    ...(isChain ? ["sequential"] : []),
  ];
  const from = (list: readonly string[], module: string): void => {
    writer.keyword("import").space().mark("{").space();
    writer.list(list, writer.comma, (name) => writer.name(name));
    writer.space().mark("}").space().keyword("from").space().string(module).mark(";");
  };
  from(names, "convnet");
  if (place === "node") {
    writer.line();
    from([training.dataset], "convnet/node");
  }
}

function writeData(writer: TokenWriter, { training }: Program, place: "node" | "browser"): void {
  if (place === "node") {
    writer
      .keyword("const")
      .space()
      .mark("{")
      .space()
      .name("train")
      .mark(",")
      .space()
      .name("test")
      .space()
      .mark("}");
    writer.space().mark("=").space().keyword("await").space();
    writer.at(["training", "dataset"], () => writer.call(training.dataset));
    writer.mark("();").line();
    return;
  }
  /* Fixed lines: four files beside the page. */
  const lines = [
    "const load = async (part: string) => {",
    '  const files = [part + "-images-idx3-ubyte", part + "-labels-idx1-ubyte"].map(async (name) =>',
    "    readIdx(new Uint8Array(await (await fetch(name)).arrayBuffer()), name),",
    "  );",
    "  const [images, labels] = await Promise.all(files);",
    "  return idxDataset(part, { images, labels });",
    "};",
    'const [train, test] = await Promise.all([load("train"), load("t10k")]);',
  ];
  for (const line of lines) writer.name(line).line();
}

/** `{ filters: 8, kernelSize: 3 }`, each option standing for its place. */
function writeOptions(writer: TokenWriter, layer: LayerSpec, index: number, left: readonly string[]): void {
  const options = Object.entries(layer).filter(([key]) => !left.includes(key));
  if (options.length === 0) return;
  writer.mark("{").space();
  writer.list(options, writer.comma, ([key, value]) => {
    writer.at(["layers", index, key], () => {
      writer.property(key).mark(":").space();
      writeValue(writer, "typescript", value);
    });
  });
  writer.space().mark("}");
}

function writeLayer(writer: TokenWriter, layer: LayerSpec, index: number, left: readonly string[]): void {
  writer.at(["layers", index], () => {
    writer.name("layers").mark(".").call(layer.type).mark("(");
    writeOptions(writer, layer, index, left);
    writer.mark(")");
  });
}

function writeSeed(writer: TokenWriter, { training: { seed } }: Program): void {
  if (seed === undefined) return;
  writer.mark(",").space().mark("{").space();
  writer.at(["training", "seed"], () =>
    writer.property("seed").mark(":").space().add("number", String(seed)),
  );
  writer.space().mark("}");
}

function writeChain(writer: TokenWriter, program: Program): void {
  writer.keyword("const").space().name("model").space().mark("=").space().call("sequential").mark("([");
  for (const [index, layer] of program.spec.layers.entries()) {
    writer.line(2);
    writeLayer(writer, layer, index, ["type"]);
    writer.mark(",");
  }
  writer.line().mark("]");
  writeSeed(writer, program);
  writer.mark(");").line();
}

function writeGraph(writer: TokenWriter, program: Program): void {
  const { lines, inputs, outputs } = callLines(program.spec);
  for (const line of lines) writeCall(writer, line);
  const list = (names: readonly string[]): void => {
    if (names.length === 1) writer.name(names[0]);
    else
      writer
        .mark("[")
        .list(names, writer.comma, (name) => writer.name(name))
        .mark("]");
  };
  writer.keyword("const").space().name("model").space().mark("=").space().call("network").mark("({").space();
  writer.property("inputs").mark(":").space();
  list(inputs);
  writer.mark(",").space().property("outputs").mark(":").space();
  list(outputs);
  const { seed } = program.training;
  if (seed !== undefined) {
    writer.mark(",").space();
    writer.at(["training", "seed"], () =>
      writer.property("seed").mark(":").space().add("number", String(seed)),
    );
  }
  writer.space().mark("});").line();
}

function writeCall(writer: TokenWriter, { layer, index, makes, reads, shared }: CallLine): void {
  const define = (name: string): void => {
    writer.keyword("const").space().name(name).space().mark("=").space();
  };
  if (layer.type === "input") {
    define(makes);
    writer.at(["layers", index], () => {
      writer.call("input").mark("(");
      writeOptions(writer, layer, index, ["type", "calls"]);
      writer.mark(");").line();
    });
    return;
  }
  if (shared?.first) {
    define(shared.name);
    writeLayer(writer, layer, index, ["type", "calls"]);
    writer.mark(";").line();
  }
  define(makes);
  if (shared) writer.name(shared.name);
  else writeLayer(writer, layer, index, ["type", "calls"]);
  writer.mark(".").call("apply").mark("(");
  if (reads.length === 1) writer.name(reads[0]);
  else
    writer
      .mark("[")
      .list(reads, writer.comma, (name) => writer.name(name))
      .mark("]");
  writer.mark(");").line();
}

function writeTraining(writer: TokenWriter, { training }: Program): void {
  const setting = (key: string, write: () => void): void => {
    writer.at(["training", key], () => {
      writer.property(key).mark(":").space();
      write();
    });
  };
  const value = (key: string, item: unknown): void =>
    setting(key, () => writeValue(writer, "typescript", item));
  writer.name("model").mark(".").call("compile").mark("({").space();
  const { learningRate, validationSplit, batchSize } = training;
  setting("optimizer", () => {
    if (learningRate === undefined) {
      writer.string(training.optimizer);
      return;
    }
    writer.name("optimizers").mark(".").call(training.optimizer).mark("({").space();
    value("learningRate", learningRate);
    writer.space().mark("})");
  });
  writer.comma();
  value("loss", training.loss);
  writer.comma();
  value("metrics", training.metrics);
  writer.space().mark("});").line();
  writer
    .keyword("await")
    .space()
    .name("model")
    .mark(".")
    .call("fit")
    .mark("(")
    .name("train")
    .mark(",")
    .space();
  writer.mark("{").space();
  value("epochs", training.epochs);
  const further = Object.entries({ batchSize, validationSplit }).filter(([, item]) => item !== undefined);
  for (const [key, item] of further) {
    writer.comma();
    value(key, item);
  }
  writer.space().mark("});").line();
  writer.name("console").mark(".").call("log").mark("(").keyword("await").space();
  writer.name("model").mark(".").call("evaluate").mark("(").name("test").mark("));").line();
}
