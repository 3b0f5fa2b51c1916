/**
 * Asking a saved model, and nothing else: nothing that trains it. Small to load and quick to start.
 *
 * @module convnet/predict
 */
export type { BackendChoice, BackendOptions } from "./backends/choose-backend.ts";
export { disposeBackends } from "./backends/choose-backend.ts";
export type { Shape } from "./core/shape.ts";
export type { ImageSource } from "./data/image/image-pixels.ts";
export type { Picture } from "./data/image/picture.ts";
export type { Meaning, PictureFit } from "./models/meaning.ts";
export type { LayerFactories, LayerFactory } from "./models/spec.ts";
export type { ClassifyOptions, Guess } from "./training/classify.ts";
export type { NamedNumbers } from "./training/inputs.ts";
export type { Prediction } from "./training/predict.ts";
export {
  loadModel,
  type PredictOptions,
  type Predictor,
  type PredictorOptions,
} from "./training/predictor.ts";
