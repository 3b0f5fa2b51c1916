export type { ApplicationOptions } from "./application.ts";
export { densenet121 } from "./densenet.ts";
export { lenet5 } from "./lenet5.ts";
export { resnet18, resnet34, resnet50, resnet50V2 } from "./resnet.ts";
export { type UnetOptions, unet } from "./unet.ts";
export { vgg16, vgg19 } from "./vgg.ts";
