/** Reads protocol buffers, the form in which TensorFlow tells what is longer than a number. */

/** A message: the values of each field by its number, in the order in which they came. */
export class Message {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>();

  /** @throws {RangeError} if the bytes end within a field, or a field is of a kind that no current message has */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n;; shift += 7n) {
        const byte = view.getUint8(at++);
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number): Uint8Array => {
      if (at + length > bytes.length) throw new RangeError(`a field of ${length} bytes is cut off`);
      return bytes.subarray(at, at += length);
    };
    while (at < bytes.length) {
      const key = Number(varint());
      const kind = key & 7;
      if (![0, 1, 2, 5].includes(kind)) throw new RangeError(`a field of kind ${kind}`);
      const value = kind === 0 ? varint() : take(kind === 2 ? Number(varint()) : kind === 1 ? 8 : 4);
      const values = this.#fields.get(key >> 3);
      if (values === undefined) this.#fields.set(key >> 3, [value]);
      else values.push(value);
    }
  }

  /** A whole number, 0 where it is left out; signed, as int32 and int64 are. */
  integer(field: number): bigint {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === "bigint" ? BigInt.asIntN(64, value) : 0n;
  }

  /** The same, where it is small. */
  number(field: number): number {
    return Number(this.integer(field));
  }

  /** A text, empty where it is left out. */
  text(field: number): string {
    const value = this.#fields.get(field)?.at(-1);
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
  }

  /** The messages of a field. */
  messages(field: number): Message[] {
    const values = this.#fields.get(field) ?? [];
    return values.map((value) => new Message(value as Uint8Array));
  }
}
