/** Capital letters, digits and a few signs of 5x7 pixels, for captions in pictures. */
import type { Picture, Rgb } from "./picture.ts";

/** Height of a line of text, in pixels, without space around it. */
export const TEXT_HEIGHT = 7;

/** Rows from top to bottom, five bits each, the leftmost pixel in the highest bit. */
const glyphs: Record<string, string> = {
  A: "0e11111f111111",
  B: "1e11111e11111e",
  C: "0e11101010110e",
  D: "1e11111111111e",
  E: "1f10101e10101f",
  F: "1f10101e101010",
  G: "0e11101711110f",
  H: "1111111f111111",
  I: "0e04040404040e",
  J: "0702020202120c",
  K: "11121418141211",
  L: "1010101010101f",
  M: "111b1515111111",
  N: "11111915131111",
  O: "0e11111111110e",
  P: "1e11111e101010",
  Q: "0e11111115120d",
  R: "1e11111e141211",
  S: "0f10100e01011e",
  T: "1f040404040404",
  U: "1111111111110e",
  V: "11111111110a04",
  W: "1111111515150a",
  X: "11110a040a1111",
  Y: "1111110a040404",
  Z: "1f01020408101f",
  "0": "0e11131519110e",
  "1": "040c040404040e",
  "2": "0e11010204081f",
  "3": "1f02040201110e",
  "4": "02060a121f0202",
  "5": "1f101e0101110e",
  "6": "0608101e11110e",
  "7": "1f010204080808",
  "8": "0e11110e11110e",
  "9": "0e11110f01020c",
  "'": "0c040800000000",
  "-": "0000001f000000",
  ".": "00000000000c0c",
};

/** Width of a text in pixels. */
export function textWidth(text: string, scale: number): number {
  return (text.length * 6 - 1) * scale;
}

/**
 * Writes a text in capitals; what the font does not have is left blank.
 *
 * @param x left edge, in pixels
 * @param y upper edge, in pixels
 * @param scale side of one of the font's pixels
 */
export function drawText(picture: Picture, text: string, x: number, y: number, scale: number, colour: Rgb): void {
  [...text.toUpperCase()].forEach((letter, at) => {
    const rows = glyphs[letter]?.match(/../g) ?? [];
    rows.forEach((row, dy) => {
      for (let dx = 0; dx < 5; dx++) {
        if ((parseInt(row, 16) >> (4 - dx)) & 1) {
          picture.fill(x + (at * 6 + dx) * scale, y + dy * scale, scale, scale, colour);
        }
      }
    });
  });
}
