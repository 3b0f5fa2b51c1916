import { adadelta } from "./adadelta.ts";
import { adafactor } from "./adafactor.ts";
import { adagrad } from "./adagrad.ts";
import { adamax } from "./adamax.ts";
import { ftrl } from "./ftrl.ts";
import { lamb } from "./lamb.ts";
import { lion } from "./lion.ts";
import { muon } from "./muon.ts";
import { nadam } from "./nadam.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

export { extendOptimizer } from "./extend.ts";

/** Optimizers that load when a string names one of them. */
export const furtherOptimizers = {
  adadelta,
  adafactor,
  adagrad,
  adamax,
  ftrl,
  lamb,
  lion,
  muon,
  nadam,
  rmsprop,
  sgd,
};
