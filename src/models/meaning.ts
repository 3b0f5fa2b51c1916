import { FileError } from "../core/errors.ts";

/** How pictures are brought to the size a model takes. */
export interface PictureFit {
  /** Default `"bilinear"`. */
  readonly interpolation?: "nearest" | "bilinear" | "bicubic" | "mitchellcubic" | "lanczos3";
  /** Cut off what is too wide or too high instead of stretching. Default false. */
  readonly cropToAspectRatio?: boolean;
}

/** What goes into a model and comes out of it, in people's words. */
export interface Meaning {
  /** Of the outputs, in their order. */
  readonly classNames?: readonly string[];
  readonly pictures?: PictureFit;
}

const interpolations = ["nearest", "bilinear", "bicubic", "mitchellcubic", "lanczos3"];

/** What a file says a model means. @throws FileError if it is nothing of the kind */
export function readMeaning(where: string, value: unknown): Meaning | undefined {
  if (value === undefined || value === null) return undefined;
  const { classNames, pictures } = Object(value) as Meaning;
  const { interpolation, cropToAspectRatio } = Object(pictures ?? {}) as PictureFit;
  const isMeaning =
    typeof value === "object" &&
    (classNames === undefined ||
      (Array.isArray(classNames) && classNames.every((name) => typeof name === "string"))) &&
    (pictures === undefined || typeof pictures === "object") &&
    (interpolation === undefined || interpolations.includes(interpolation)) &&
    (cropToAspectRatio === undefined || typeof cropToAspectRatio === "boolean");
  if (!isMeaning) {
    throw new FileError({
      where: `${where}, meaning`,
      expected: "names of classes, and how pictures are brought to size",
      received: JSON.stringify(value).slice(0, 80),
    });
  }
  return {
    ...(classNames && { classNames }),
    ...(pictures && {
      pictures: {
        ...(interpolation && { interpolation }),
        ...(cropToAspectRatio !== undefined && { cropToAspectRatio }),
      },
    }),
  };
}
