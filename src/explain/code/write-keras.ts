import type { LayerSpec } from "../../models/spec.ts";
import type { Program } from "./code-settings.ts";
import { kerasClass, snakeCase } from "./keras-names.ts";
import { type CallLine, callLines } from "./network-calls.ts";
import { TokenWriter } from "./token.ts";
import { writeValue } from "./write-value.ts";

/** A program in Python for Keras 3 that builds, trains and measures the network. */
export function writeKeras(program: Program): TokenWriter {
  const writer = new TokenWriter();
  const { spec, training } = program;
  writer.keyword("import").space().name("keras").line();
  writer.keyword("from").space().name("keras").space().keyword("import").space().name("layers").line().line();
  if (training.seed !== undefined) {
    writer.name("keras").mark(".").name("utils").mark(".").call("set_random_seed").mark("(");
    writer.at(["training", "seed"], () => writer.add("number", String(training.seed)));
    writer.mark(")").line();
  }
  writeData(writer, program);
  writer.line();
  if (spec.inputs === undefined && spec.outputs === undefined) writeChain(writer, program);
  else writeGraph(writer, program);
  writeTraining(writer, program);
  return writer;
}

function writeData(writer: TokenWriter, { training: { dataset } }: Program): void {
  const lines = ["(x_train, y_train), (x_test, y_test) = keras.datasets."];
  writer.name(lines[0]);
  writer.at(["training", "dataset"], () => writer.name(snakeCase(dataset)));
  writer.mark(".").call("load_data").mark("()").line();
  writer.name("x_train, x_test = x_train[..., None] / 255, x_test[..., None] / 255").line();
}

function writeLayer(writer: TokenWriter, layer: LayerSpec, index: number, left: readonly string[]): void {
  const path = ["layers", index];
  const options = Object.entries(layer).filter(([key]) => !left.includes(key));
  writer.at(path, () => {
    if (layer.type === "input") writer.name("keras").mark(".").call("Input").mark("(");
    else writer.name("layers").mark(".").call(kerasClass(layer.type)).mark("(");
    writer.list(options, writer.comma, ([key, value]) => {
      writer.at([...path, key], () => {
        writer.property(snakeCase(key)).mark("=");
        if (key === "name") writer.string(String(value));
        else writeValue(writer, "python", value);
      });
    });
    writer.mark(")");
  });
}

function writeChain(writer: TokenWriter, { spec }: Program): void {
  writer.name("model").space().mark("=").space().name("keras").mark(".").call("Sequential").mark("([");
  for (const [index, layer] of spec.layers.entries()) {
    if (layer.inputShape !== undefined) {
      writer.line(4);
      writer.at(["layers", index, "inputShape"], () => {
        writer.name("keras").mark(".").call("Input").mark("(").property("shape").mark("=");
        writeValue(writer, "python", layer.inputShape);
        writer.mark("),");
      });
    }
    writer.line(4);
    writeLayer(writer, layer, index, ["type", "inputShape"]);
    writer.mark(",");
  }
  writer.line().mark("])").line();
}

function writeGraph(writer: TokenWriter, { spec }: Program): void {
  const { lines, inputs, outputs } = callLines(spec);
  for (const line of lines) writeCall(writer, line);
  const list = (names: readonly string[]): void => {
    if (names.length === 1) writer.name(names[0]);
    else
      writer
        .mark("[")
        .list(names, writer.comma, (name) => writer.name(name))
        .mark("]");
  };
  writer.name("model").space().mark("=").space().name("keras").mark(".").call("Model").mark("(");
  writer.property("inputs").mark("=");
  list(inputs);
  writer.mark(",").space().property("outputs").mark("=");
  list(outputs);
  writer.mark(")").line();
}

function writeCall(writer: TokenWriter, { layer, index, makes, reads, shared }: CallLine): void {
  const left = ["type", "calls"];
  if (shared?.first) {
    writer.name(shared.name).space().mark("=").space();
    writeLayer(writer, layer, index, left);
    writer.line();
  }
  writer.name(makes).space().mark("=").space();
  if (shared) writer.name(shared.name);
  else writeLayer(writer, layer, index, left);
  if (layer.type !== "input") {
    writer.mark("(");
    if (reads.length === 1) writer.name(reads[0]);
    else
      writer
        .mark("[")
        .list(reads, writer.comma, (name) => writer.name(name))
        .mark("]");
    writer.mark(")");
  }
  writer.line();
}

/** Optimizers whose class is no plain capital. */
const optimizerClasses: Readonly<Record<string, string>> = {
  sgd: "SGD",
  rmsprop: "RMSprop",
  adamw: "AdamW",
  adamW: "AdamW",
};

function writeTraining(writer: TokenWriter, { training }: Program): void {
  const setting = (key: string, value: unknown): void => {
    writer.at(["training", key], () => {
      writer.property(snakeCase(key)).mark("=");
      writeValue(writer, "python", value);
    });
  };
  const { optimizer, learningRate, epochs, batchSize, validationSplit } = training;
  writer.name("model").mark(".").call("compile").mark("(");
  if (learningRate === undefined) setting("optimizer", optimizer);
  else {
    const className = optimizerClasses[optimizer] ?? `${optimizer[0].toUpperCase()}${optimizer.slice(1)}`;
    writer.at(["training", "optimizer"], () => {
      writer
        .property("optimizer")
        .mark("=")
        .name("keras")
        .mark(".")
        .name("optimizers")
        .mark(".")
        .call(className);
      writer.mark("(");
      setting("learningRate", learningRate);
      writer.mark(")");
    });
  }
  writer.comma();
  setting("loss", training.loss);
  writer.comma();
  setting("metrics", training.metrics);
  writer.mark(")").line();
  writer.name("model").mark(".").call("fit").mark("(").name("x_train").mark(",").space().name("y_train");
  for (const [key, value] of Object.entries({ epochs, batchSize, validationSplit })) {
    if (value === undefined) continue;
    writer.comma();
    setting(key, value);
  }
  writer.mark(")").line();
  writer.call("print").mark("(").name("model").mark(".").call("evaluate").mark("(");
  writer.name("x_test").mark(",").space().name("y_test").mark("))").line();
}
