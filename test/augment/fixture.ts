/** What torchvision, Pillow and CSSR's code make of a few images: `fixtures/operations.json`, written by `make.py` there. */
import { createHash } from "node:crypto";
import fixtures from "./fixtures/operations.json" with { type: "json" };

export { fixtures };

/** A square image, `[side, side, 3]`. */
export interface Picture {
  side: number;
  bytes: Uint8Array;
}

/** The images that operations were done to, by name. */
export const pictures: Readonly<Record<string, Picture>> = Object.fromEntries(
  Object.entries(fixtures.images).map(([name, { side, bytes }]) => [name, { side, bytes: decoded(bytes) }]),
);

/** The bytes of base64. */
export function decoded(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** The first 12 digits of an array's SHA-256. */
export function sha(array: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}
