/**
 * Deep equality with the meaning that `@std/assert` gives it, which `node:assert` does not: 0 equals -0, Map keys and
 * Set members compare by content, and classes compare by constructor.
 */

/** Whether the two are deeply equal. Cycles are allowed. */
export function equal(a: unknown, b: unknown): boolean {
  return same(a, b, new Map());
}

function same(a: unknown, b: unknown, seen: Map<object, object>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (classOf(a) !== classOf(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) return sameNumbers(a as Uint8Array, b as Uint8Array);
  if (seen.get(a) === b) return true; // met on the way down: a cycle
  seen.set(a, b);
  const equal = sameContent(a, b, seen);
  seen.delete(a);
  return equal;
}

function sameContent(a: object, b: object, seen: Map<object, object>): boolean {
  if (a instanceof Map) return sameMembers([...a], [...b as Map<unknown, unknown>], seen);
  if (a instanceof Set) return sameMembers([...a], [...b as Set<unknown>], seen);
  const keys = ownKeys(a), others = b as Record<PropertyKey, unknown>;
  return keys.length === ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Record<PropertyKey, unknown>)[key], others[key], seen));
}

function sameNumbers(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  return true;
}

/** Same members in any order; the usual case, the same order, costs one pass. */
function sameMembers(a: unknown[], b: unknown[], seen: Map<object, object>): boolean {
  if (a.length !== b.length) return false;
  const left = new Set(b.keys());
  return a.every((member, i) => {
    const at = left.has(i) && same(member, b[i], seen) ? i : [...left].find((j) => same(member, b[j], seen));
    return at !== undefined && left.delete(at);
  });
}

function classOf(value: object): unknown {
  return value.constructor ?? Object; // an object without prototype counts as a plain one
}

function ownKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}
