/**
 * The ten foreground shapes of *priors*, each by its signed distance: how far a point lies outside (positive) or inside
 * (negative) of the outline, in pixels (after Inigo Quilez, "2D distance functions"). From it follows how much of a
 * pixel the shape covers, so that outlines are smooth.
 *
 * Only + - * / and square roots occur here, which IEEE 754 fixes to the last bit: every machine draws the same bytes.
 */
import type { Stream } from "../engine/streams.ts";

/** A class of shapes. */
export interface Shape {
  /** Class name. */
  name: string;
  /** Signed distance in pixels of the point (u right, v down) from the outline; r is half the shape's size. */
  distance(u: number, v: number, r: number): number;
}

const length = (u: number, v: number): number => Math.sqrt(u * u + v * v); // Math.hypot is not exact everywhere
const box = (u: number, v: number, halfWidth: number, halfHeight: number): number =>
  Math.max(Math.abs(u) - halfWidth, Math.abs(v) - halfHeight);

/** The ten shapes; the place in this list is the official class number. */
export const shapes: readonly Shape[] = [
  { name: "disc", distance: (u, v, r) => length(u, v) - r },
  { name: "square", distance: (u, v, r) => box(u, v, 0.88 * r, 0.88 * r) },
  { name: "triangle", distance: (u, v, r) => Math.max(v - 0.75 * r, (2 * Math.abs(u) - v - r) / Math.sqrt(5)) },
  { name: "cross", distance: (u, v, r) => Math.min(box(u, v, 0.33 * r, r), box(u, v, r, 0.33 * r)) },
  { name: "ring", distance: (u, v, r) => Math.max(length(u, v) - r, 0.55 * r - length(u, v)) },
  { name: "flower", distance: (u, v, r) => length(u, v) - r * (0.68 + 0.32 * cosine5(u, v)) },
  { name: "diamond", distance: (u, v, r) => (Math.abs(u) + Math.abs(v) - 1.1 * r) / Math.SQRT2 },
  { name: "crescent", distance: (u, v, r) => Math.max(length(u, v) - r, 0.8 * r - length(u - 0.5 * r, v)) },
  { name: "tee", distance: (u, v, r) => Math.min(box(u, v, 0.33 * r, r), box(u, v - 0.67 * r, r, 0.33 * r)) },
  { name: "frame", distance: (u, v, r) => Math.max(box(u, v, 0.9 * r, 0.9 * r), -box(u, v, 0.47 * r, 0.47 * r)) },
];

/** cos(5 a) of the point's angle a: Chebyshev's polynomial of its cosine. */
function cosine5(u: number, v: number): number {
  const c = u / Math.max(length(u, v), 1e-9);
  return c * (5 + c * c * (16 * c * c - 20));
}

/**
 * Draws one shape: size 16 to 22 px, centre up to 4 px from the image's, turned by up to 17 degrees either way.
 *
 * @param shape which shape
 * @param side height and width of the image, in pixels
 * @param random where size, place and angle come from
 * @returns how much of each pixel the shape covers, 0 .. 255, `[side, side]`
 */
export function coverage(shape: Shape, side: number, random: Stream): Uint8Array {
  const r = 8 + 3 * random.uniform();
  const x0 = side / 2 - 4 + 8 * random.uniform();
  const y0 = side / 2 - 4 + 8 * random.uniform();
  const sine = 0.6 * random.uniform() - 0.3;
  const cosine = Math.sqrt(1 - sine * sine);
  const covered = new Uint8ClampedArray(side * side); // rounds and cuts to 0 .. 255
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dx = x + 0.5 - x0; // from the pixel's centre
      const dy = y + 0.5 - y0;
      const outside = shape.distance(dx * cosine + dy * sine, dy * cosine - dx * sine, r);
      covered[y * side + x] = 255 * (0.5 - outside);
    }
  }
  return new Uint8Array(covered.buffer);
}
