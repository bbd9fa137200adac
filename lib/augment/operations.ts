/**
 * The operations of RandAugment and its kin, on bytes. Each is a name and one number: what was drawn, so that drawing
 * and doing are apart. They meet Pillow's bytes exactly (test/augment/operations_test.ts).
 */
import { color, sharpness } from "./enhance.ts";
import { autoContrast, brightness, contrast, equalize, posterize, solarize } from "./levels.ts";
import { rotate, shearX, shearY, translate } from "./warp.ts";

/** Its name, as torchvision calls it. */
export type OperationName =
  | "Identity"
  | "ShearX"
  | "ShearY"
  | "TranslateX"
  | "TranslateY"
  | "Rotate"
  | "Brightness"
  | "Color"
  | "Contrast"
  | "Sharpness"
  | "Posterize"
  | "Solarize"
  | "AutoContrast"
  | "Equalize";

/** What is done to an image. */
export interface Operation {
  /** Which. */
  name: OperationName;
  /**
   * How much. Shears: columns a row, or rows a column; translations: pixels; rotation: degrees; brightness, color,
   * contrast, sharpness: the factor, 1 for none; posterize: bits kept; solarize: threshold; the others take none.
   */
  value: number;
}

/**
 * Does an operation.
 *
 * @param image `[side, side, 3]`, changed in place
 * @param scratch as long as the image; its content is lost
 */
export function operate({ name, value }: Operation, image: Uint8Array, side: number, scratch: Uint8Array): void {
  switch (name) {
    case "Identity":
      return;
    case "ShearX":
      return shearX(image, side, value, scratch);
    case "ShearY":
      return shearY(image, side, value, scratch);
    case "TranslateX":
      return translate(image, side, value, 0, scratch);
    case "TranslateY":
      return translate(image, side, 0, value, scratch);
    case "Rotate":
      return rotate(image, side, value, scratch);
    case "Brightness":
      return brightness(image, value);
    case "Color":
      return color(image, value);
    case "Contrast":
      return contrast(image, value);
    case "Sharpness":
      return sharpness(image, side, value, scratch);
    case "Posterize":
      return posterize(image, value);
    case "Solarize":
      return solarize(image, value);
    case "AutoContrast":
      return autoContrast(image);
    case "Equalize":
      return equalize(image);
  }
}
