/** Keras's layer classes and what they are called here. A class that is not in this list does not exist for readers. */
const pairs = [
  ["Activation", "activation"],
  ["ActivityRegularization", "activityRegularization"],
  ["AdaptiveAveragePooling1D", "adaptiveAveragePooling1d"],
  ["AdaptiveAveragePooling2D", "adaptiveAveragePooling2d"],
  ["AdaptiveAveragePooling3D", "adaptiveAveragePooling3d"],
  ["AdaptiveMaxPooling1D", "adaptiveMaxPooling1d"],
  ["AdaptiveMaxPooling2D", "adaptiveMaxPooling2d"],
  ["AdaptiveMaxPooling3D", "adaptiveMaxPooling3d"],
  ["Add", "add"],
  ["AlphaDropout", "alphaDropout"],
  ["Average", "average"],
  ["AveragePooling1D", "averagePooling1d"],
  ["AveragePooling2D", "averagePooling2d"],
  ["AveragePooling3D", "averagePooling3d"],
  ["BatchNormalization", "batchNormalization"],
  ["CenterCrop", "centerCrop"],
  ["Concatenate", "concatenate"],
  ["Conv1D", "conv1d"],
  ["Conv1DTranspose", "conv1dTranspose"],
  ["Conv2D", "conv2d"],
  ["Conv2DTranspose", "conv2dTranspose"],
  ["Conv3D", "conv3d"],
  ["Conv3DTranspose", "conv3dTranspose"],
  ["Cropping1D", "cropping1d"],
  ["Cropping2D", "cropping2d"],
  ["Cropping3D", "cropping3d"],
  ["Dense", "dense"],
  ["DepthwiseConv1D", "depthwiseConv1d"],
  ["DepthwiseConv2D", "depthwiseConv2d"],
  ["Dot", "dot"],
  ["Dropout", "dropout"],
  ["ELU", "elu"],
  ["Flatten", "flatten"],
  ["GaussianDropout", "gaussianDropout"],
  ["GaussianNoise", "gaussianNoise"],
  ["GlobalAveragePooling1D", "globalAveragePooling1d"],
  ["GlobalAveragePooling2D", "globalAveragePooling2d"],
  ["GlobalAveragePooling3D", "globalAveragePooling3d"],
  ["GlobalMaxPooling1D", "globalMaxPooling1d"],
  ["GlobalMaxPooling2D", "globalMaxPooling2d"],
  ["GlobalMaxPooling3D", "globalMaxPooling3d"],
  ["GroupNormalization", "groupNormalization"],
  ["InputLayer", "input"],
  ["LayerNormalization", "layerNormalization"],
  ["LeakyReLU", "leakyRelu"],
  ["Maximum", "maximum"],
  ["MaxPooling1D", "maxPooling1d"],
  ["MaxPooling2D", "maxPooling2d"],
  ["MaxPooling3D", "maxPooling3d"],
  ["Minimum", "minimum"],
  ["Multiply", "multiply"],
  ["Normalization", "normalization"],
  ["Permute", "permute"],
  ["PReLU", "prelu"],
  ["RandomBrightness", "randomBrightness"],
  ["RandomContrast", "randomContrast"],
  ["RandomCrop", "randomCrop"],
  ["RandomFlip", "randomFlip"],
  ["RandomRotation", "randomRotation"],
  ["RandomShear", "randomShear"],
  ["RandomTranslation", "randomTranslation"],
  ["RandomZoom", "randomZoom"],
  ["ReLU", "relu"],
  ["RepeatVector", "repeatVector"],
  ["Rescaling", "rescaling"],
  ["Reshape", "reshape"],
  ["Resizing", "resizing"],
  ["RMSNormalization", "rmsNormalization"],
  ["SeparableConv1D", "separableConv1d"],
  ["SeparableConv2D", "separableConv2d"],
  ["Softmax", "softmax"],
  ["SpatialDropout1D", "spatialDropout1d"],
  ["SpatialDropout2D", "spatialDropout2d"],
  ["SpatialDropout3D", "spatialDropout3d"],
  ["Subtract", "subtract"],
  ["UnitNormalization", "unitNormalization"],
  ["UpSampling1D", "upSampling1d"],
  ["UpSampling2D", "upSampling2d"],
  ["UpSampling3D", "upSampling3d"],
  ["ZeroPadding1D", "zeroPadding1d"],
  ["ZeroPadding2D", "zeroPadding2d"],
  ["ZeroPadding3D", "zeroPadding3d"],
  ["AutoContrast", "autoContrast"],
  ["RandAugment", "randAugment"],
  ["RandomColorDegeneration", "randomColorDegeneration"],
  ["RandomColorJitter", "randomColorJitter"],
  ["RandomErasing", "randomErasing"],
  ["RandomGaussianBlur", "randomGaussianBlur"],
  ["RandomGrayscale", "randomGrayscale"],
  ["RandomHue", "randomHue"],
  ["RandomInvert", "randomInvert"],
  ["RandomPosterization", "randomPosterization"],
  ["RandomSaturation", "randomSaturation"],
  ["RandomSharpness", "randomSharpness"],
  ["Solarization", "solarization"],
] as const;

/** What a Keras class is called here. */
export const typeOfClass: ReadonlyMap<string, string> = new Map(pairs);

/** What Keras calls a layer of this package. */
export const classOfType: ReadonlyMap<string, string> = new Map(pairs.map(([name, type]) => [type, name]));

/** Classes that are models, and whether they are chains. */
export const modelClasses: ReadonlyMap<string, { readonly isChain: boolean }> = new Map([
  ["Sequential", { isChain: true }],
  ["Functional", { isChain: false }],
  ["Model", { isChain: false }],
]);

/** Classes of Keras 1 that were renamed, for errors that say so. */
export const classesOfKeras1: ReadonlyMap<string, string> = new Map([
  ["AtrousConvolution2D", "Conv2D"],
  ["Convolution1D", "Conv1D"],
  ["Convolution2D", "Conv2D"],
  ["Convolution3D", "Conv3D"],
  ["Deconvolution2D", "Conv2DTranspose"],
  ["Merge", "Add, Concatenate and the like"],
  ["SeparableConvolution2D", "SeparableConv2D"],
]);

/**
 * What Keras calls a layer's part of a file: `MaxPooling2D` → `max_pooling2d`.
 *
 * @see keras/src/utils/naming.py, to_snake_case
 */
export function snakeCaseOfClass(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The name of a layer in files of weights. */
export function storedName(type: string, isChain = false): string {
  if (type === "model") return isChain ? "sequential" : "functional";
  return snakeCaseOfClass(classOfType.get(type) ?? type);
}

/** Options and parameters whose names Keras writes in a way of its own. */
const ownSpellings: ReadonlyMap<string, string> = new Map([
  ["beta1", "beta_1"],
  ["beta2", "beta_2"],
  ["clipNorm", "clipnorm"],
  ["clipValue", "clipvalue"],
  ["globalClipNorm", "global_clipnorm"],
]);
const ownSpellingsBack = new Map([...ownSpellings].map(([ours, theirs]) => [theirs, ours]));

/** `kernelSize` → `kernel_size`. */
export function snakeCaseOf(option: string): string {
  return ownSpellings.get(option) ?? option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `kernel_size` → `kernelSize`. */
export function optionOf(key: string): string {
  return (
    ownSpellingsBack.get(key) ?? key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  );
}

/** Names that do not follow from how a class is written. */
const ownNames: ReadonlyMap<string, string> = new Map([
  ["AUC", "auc"],
  ["IdentityInitializer", "identity"],
  ["KLDivergence", "klDivergence"],
  ["OrthogonalInitializer", "orthogonal"],
  ["RMSprop", "rmsprop"],
  ["SGD", "sgd"],
]);
const ownClasses = new Map([...ownNames].map(([className, name]) => [name, className]));
for (const name of ["identity", "orthogonal"]) ownClasses.delete(name);

/** What an item of a Keras class is called here: `MeanSquaredError` → `meanSquaredError`. */
export function nameOfClass(className: string): string {
  return (
    ownNames.get(className) ?? className.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase())
  );
}

/** `meanSquaredError` → `MeanSquaredError`. */
export function classOfName(name: string): string {
  return ownClasses.get(name) ?? name.replace(/^(?:l1L2|l1|l2|[a-z])/, (start) => start.toUpperCase());
}
