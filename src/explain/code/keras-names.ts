/** Keras's spelling of layers and options, and ours. */

/** `filtersCount` → `filters_count`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Classes that are not their type with a capital and `2D` at the end. */
const classes: Readonly<Record<string, string>> = {
  elu: "ELU",
  leakyRelu: "LeakyReLU",
  prelu: "PReLU",
  relu: "ReLU",
};

/** `maxPooling2d` → `MaxPooling2D`. */
export function kerasClass(type: string): string {
  const name = classes[type] ?? `${type[0].toUpperCase()}${type.slice(1)}`;
  return name.replace(/([123])d(?=$|[A-Z])/, "$1D");
}

/** Short names that Keras accepts too. */
const aliases: Readonly<Record<string, string>> = {
  MaxPool1D: "maxPooling1d",
  MaxPool2D: "maxPooling2d",
  MaxPool3D: "maxPooling3d",
  AvgPool1D: "averagePooling1d",
  AvgPool2D: "averagePooling2d",
  AvgPool3D: "averagePooling3d",
  GlobalAvgPool2D: "globalAveragePooling2d",
  GlobalMaxPool2D: "globalMaxPooling2d",
  Convolution2D: "conv2d",
  InputLayer: "input",
};

/** `MaxPooling2D` → `maxPooling2d`. */
export function layerType(className: string): string {
  const known = aliases[className] ?? Object.keys(classes).find((type) => classes[type] === className);
  if (known) return known;
  const name = className.replace(/([123])D(?=$|[A-Z])/, "$1d");
  return `${name[0].toLowerCase()}${name.slice(1)}`;
}

/** Arguments that Keras's layers take by position. */
const positions: Readonly<Record<string, readonly string[]>> = {
  activation: ["activation"],
  averagePooling2d: ["poolSize", "strides", "padding"],
  batchNormalization: ["axis", "momentum", "epsilon"],
  conv2d: ["filters", "kernelSize", "strides", "padding"],
  conv2dTranspose: ["filters", "kernelSize", "strides", "padding"],
  dense: ["units", "activation"],
  depthwiseConv2d: ["kernelSize", "strides", "padding"],
  dropout: ["rate"],
  input: ["shape"],
  leakyRelu: ["negativeSlope"],
  maxPooling2d: ["poolSize", "strides", "padding"],
  rescaling: ["scale", "offset"],
  reshape: ["targetShape"],
  separableConv2d: ["filters", "kernelSize", "strides", "padding"],
  upSampling2d: ["size"],
  zeroPadding2d: ["padding"],
};

export const positionalOptions = (type: string): readonly string[] => positions[type] ?? [];
