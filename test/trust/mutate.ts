/** Damages files in the ways that disks, networks and people do, by a stream of random numbers. */
import type { Stream } from "../../lib/engine/streams.ts";
import { joined } from "./reader.ts";

/** Numbers that readers trip over, as lengths and counts. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A change of some bytes. */
type Change = (bytes: Uint8Array, random: Stream) => Uint8Array;

/** A stretch of the bytes, short ones more often than long ones. */
function stretch({ length }: Uint8Array, random: Stream): [from: number, to: number] {
  const from = random.int(length + 1);
  return [from, Math.min(length, from + random.int(2 ** random.int(12)) + 1)];
}

function withNumber(bytes: Uint8Array, random: Stream, size: 1 | 2 | 4 | 8): Uint8Array {
  if (bytes.length < size) return bytes;
  const changed = bytes.slice(), view = new DataView(changed.buffer);
  const at = random.int(bytes.length - size + 1), little = random.int(2) === 0;
  const value = EXTREMES[random.int(EXTREMES.length)];
  if (size === 1) view.setUint8(at, value & 0xff);
  else if (size === 2) view.setUint16(at, value & 0xffff, little);
  else if (size === 4) view.setUint32(at, value, little);
  else view.setBigUint64(at, random.int(2) === 0 ? BigInt(value) : ~BigInt(value), little);
  return changed;
}

const CHANGES: Change[] = [
  (bytes, random) => { // a bit flips
    const changed = bytes.slice();
    if (changed.length > 0) changed[random.int(changed.length)] ^= 1 << random.int(8);
    return changed;
  },
  (bytes, random) => { // the same near the front, where headers are
    const changed = bytes.slice();
    if (changed.length > 0) changed[random.int(Math.min(changed.length, 64))] = random.int(256);
    return changed;
  },
  (bytes, random) => bytes.slice(0, random.int(bytes.length + 1)),
  (bytes, random) => bytes.slice(0, Math.max(0, bytes.length - 1 - random.int(64))),
  (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return joined([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return joined([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const at = random.int(bytes.length + 1);
    const added = Uint8Array.from({ length: 1 + random.int(2 ** random.int(9)) }, () => random.int(256));
    return joined([bytes.subarray(0, at), added, bytes.subarray(at)]);
  },
  (bytes, random) => { // a sector of zeros
    const [from, to] = stretch(bytes, random);
    return bytes.slice().fill(0, from, to);
  },
  (bytes, random) => { // two stretches change places
    const [from, to] = stretch(bytes, random), at = random.int(from + 1);
    return joined([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at, from), bytes.subarray(to)]);
  },
  (bytes, random) => withNumber(bytes, random, 1),
  (bytes, random) => withNumber(bytes, random, 2),
  (bytes, random) => withNumber(bytes, random, 4),
  (bytes, random) => withNumber(bytes, random, 8),
];

/** Bytes with one to three changes; by chance they may be as before. */
export function mutatedBytes(bytes: Uint8Array, random: Stream): Uint8Array {
  let changed = bytes;
  for (let left = 1 + random.int(3); left > 0; left--) changed = CHANGES[random.int(CHANGES.length)](changed, random);
  return changed;
}

/** What a value of JSON may be taken for. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, "", "x", "../x", "__proto__", "\u0000", [], {}, [null], [[]], [{}], { x: null }, [1, "x"]],
  ...[0, 1, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e-300],
];

/** One value of JSON, a branch or a leaf, changed, taken away, doubled or put under another name. */
export function mutatedJson(text: string, random: Stream): string {
  const root: { value: unknown } = { value: JSON.parse(text) };
  const places: [parent: Record<string, unknown>, key: string][] = [];
  const visit = (parent: Record<string, unknown>) => {
    for (const key of Object.keys(parent)) {
      places.push([parent, key]);
      const value = parent[key];
      if (typeof value === "object" && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit(root);
  const [parent, key] = places[random.int(places.length)];
  const other = places[random.int(places.length)];
  switch (random.int(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      break;
    case 1:
      if (Array.isArray(parent)) parent.splice(Number(key), 0, parent[Number(key)]);
      else parent[`${key}2`] = parent[key];
      break;
    case 2:
      parent[key] = structuredClone(other[0][other[1]]);
      break;
    default:
      parent[key] = VALUES[random.int(VALUES.length)];
  }
  return JSON.stringify(root.value) ?? "";
}
