export { constant } from "./constant.ts";
export { glorotUniform } from "./glorot-uniform.ts";
export { type IdentityOptions, identity } from "./identity.ts";
export type { Initializer, SeedOptions } from "./initializer.ts";
export { type OrthogonalOptions, orthogonal } from "./orthogonal.ts";
export {
  type RandomNormalOptions,
  type RandomUniformOptions,
  randomNormal,
  randomUniform,
  truncatedNormal,
} from "./random.ts";
export {
  glorotNormal,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type VarianceScalingOptions,
  varianceScaling,
} from "./variance-scaling.ts";
export { ones, zeros } from "./zeros.ts";
