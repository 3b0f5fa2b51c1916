import { type BackendOptions, backendOf, checkBackend } from "../backends/choose-backend.ts";
import type { Backend } from "../backends/contract.ts";
import { UsageError } from "../core/errors.ts";
import { checkOptions } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import type { ImageSource } from "../data/image/image-pixels.ts";
import type { Meaning } from "../models/meaning.ts";
import type { Network } from "../models/network.ts";
import { loadNetwork } from "../models/network-of-spec.ts";
import type { LayerFactories } from "../models/spec.ts";
import type { ClassifyOptions, Guess } from "./classify.ts";
import { withFormatLayers } from "./format-layers.ts";
import { checkInputs, type NamedNumbers } from "./inputs.ts";
import { onlyOutput, type Prediction, predictSamples } from "./predict.ts";
import { type BatchShape, predictGraph } from "./predict-graph.ts";
import { ProgramRunner } from "./program-runner.ts";
import { type FileSource, matchWeights, readSaved } from "./read-saved.ts";
import { writeWeights } from "./weights.ts";

export interface PredictorOptions extends BackendOptions {
  /** Layers that are not part of this package, by their `type`. */
  custom?: { readonly layers?: LayerFactories };
}

export interface PredictOptions {
  /** Samples computed together. Default 32. */
  batchSize?: number;
}

/** A saved model that answers, and does nothing else. Made by {@link loadModel} of `convnet/predict`. */
export class Predictor {
  /** As the model was called when it was saved. */
  readonly name: string;
  /** Names of classes, and how pictures are brought to size, as it was saved. */
  readonly meaning: Meaning;
  private readonly network: Network;
  private readonly runner: ProgramRunner;
  private isDisposed = false;

  constructor(name: string, network: Network, backend: Backend, meaning: Meaning = {}) {
    this.name = name;
    this.meaning = meaning;
    this.network = network;
    this.runner = new ProgramRunner(backend);
  }

  /** Shape of one sample. @throws UsageError if there are several inputs. */
  get inputShape(): Shape {
    return this.network.inputShape;
  }

  /** Shape of what comes out for one sample. @throws UsageError if there are several outputs. */
  get outputShape(): Shape {
    return this.network.outputShape;
  }

  /**
   * What the network says: [N, …inputShape] → [N, …outputShape], with the bits that `Model.predict` gives.
   *
   * @throws ShapeError if the numbers do not divide into samples.
   * @example
   * const { data } = await model.predict(test.x.subarray(0, 784)); // probabilities of one digit
   */
  async predict(x: NamedNumbers, options: PredictOptions = {}): Promise<Prediction> {
    return onlyOutput(await this.predictAll(x, options));
  }

  /** As `predict`, for models with several outputs: what comes out by the name of the output. */
  async predictAll(x: NamedNumbers, options: PredictOptions = {}): Promise<Record<string, Prediction>> {
    checkOptions("predict", options, ["batchSize"]);
    if (this.isDisposed) {
      throw new UsageError({
        where: this.name,
        expected: "a model in use",
        received: "one that was disposed",
      });
    }
    const samples = await checkInputs("predict", this.network, x);
    const prepare = (shape: BatchShape) =>
      this.runner.prepare(JSON.stringify(shape), () => predictGraph(this.network, shape), true);
    return predictSamples(this.runner, this.network, prepare, samples, options.batchSize ?? 32);
  }

  /**
   * What is in a picture of any size, the likeliest first.
   *
   * @param image path (Node) or address (page), the bytes of a file, pixels, or what a page can draw
   * @throws FileError or DataError if it is no picture.
   * @example
   * const [{ name, probability }] = await model.classify(picture, { topK: 1 });
   */
  async classify(image: ImageSource, options: ClassifyOptions = {}): Promise<Guess[]> {
    const { classify } = await import("./classify.ts");
    return classify(this, image, options);
  }

  /** Gives the memory of the model back; it cannot be used any more. */
  async dispose(): Promise<void> {
    if (this.isDisposed) return;
    this.isDisposed = true;
    await this.runner.clear();
    this.runner.backend.release(this.network.weights.map(({ state }) => state));
  }
}

/**
 * Reads a model of any format, only to ask it: without what trains it.
 *
 * @param source path (Node), address (browser), or the bytes of the file
 * @throws FileError if it is no such file, naming the place and what is wrong there. Nothing in a file is evaluated.
 * @example
 * const model = await loadModel(bytes);
 */
export async function loadModel(source: FileSource, options: PredictorOptions = {}): Promise<Predictor> {
  checkOptions("loadModel", options, ["backend", "threads", "workerUrl", "custom"]);
  const { custom, ...backendOptions } = options;
  checkBackend(backendOptions);
  const { where, saved } = await readSaved(source, custom?.layers);
  const layers = await withFormatLayers(saved.spec, custom?.layers);
  const network = (await loadNetwork(where, saved.spec, layers)).build(0);
  const expected = network.weights.map(({ path, state }) => ({ name: path, shape: state.shape }));
  const arrays = matchWeights(where, expected, saved.weights ?? []);
  const backend = await backendOf(backendOptions);
  await writeWeights(network, backend, arrays);
  return new Predictor(saved.name, network, backend, saved.meaning);
}
