/** Small pictures for the tests of image folders. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { PNG } from "pngjs";

/** A PNG picture whose pixels `colour` gives as red, green and blue. */
export function png(width: number, height: number, colour: (x: number, y: number) => number[]): Uint8Array {
  const image = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) image.data.set([...colour(i % width, Math.floor(i / width)), 255], 4 * i);
  return new Uint8Array(Buffer.from(PNG.sync.write(image)));
}

/** Fills `dir/CLASS/` with pictures for each class: stripes of the class's width in colours of the picture's own. */
export async function writePictures(dir: string, classes: readonly string[], each: number): Promise<void> {
  for (const [label, name] of classes.entries()) {
    await Deno.mkdir(join(dir, name), { recursive: true });
    for (let k = 0; k < each; k++) {
      const colour = (x: number) => Math.floor(x / (2 + label)) % 2 === 0 ? [40 * label, 9 * k, 200] : [255 - k, 30, k];
      await Deno.writeFile(join(dir, name, `${k}.png`), png(40, 36, colour));
    }
  }
}
