/**
 * Sets an operation's attributes, in the form that tfjs's kernels give them, on an operation that runs at once (`TFE_`)
 * or on one of a graph that is being traced (`TF_`).
 */
import { type Bytes, cName, DataType, type Pointer, type TensorFlow } from "./c_api.ts";

/**
 * Numbers of `TF_AttrType` that tfjs's kernels use; and `types`, of our own, for a list of types: where one type belongs,
 * TensorFlow takes a list without a word, so that it must be said which is meant.
 */
export const AttributeType = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  resource: 8,
  types: -1,
} as const;

/** An attribute as tfjs-node's kernels state it (`TFEOpAttr`). */
export interface Attribute {
  /** The attribute's name in TensorFlow's definition of the operation. */
  name: string;
  /** One of {@linkcode AttributeType}. */
  type: number;
  /** Its value; an array where the attribute is a list; bytes for a string that is not text. */
  value: unknown;
}

/** An attribute's value with its type; {@linkcode float} and its neighbours make them. */
export type AttributeValue = Omit<Attribute, "name">;

/** A fractional number. */
export const float = (value: number): AttributeValue => ({ type: AttributeType.float, value });
/** A whole number. */
export const int = (value: number): AttributeValue => ({ type: AttributeType.int, value });
/** A list of whole numbers. */
export const ints = (value: number[]): AttributeValue => ({ type: AttributeType.int, value });
/** Text. */
export const text = (value: string): AttributeValue => ({ type: AttributeType.string, value });
/** A list of texts. */
export const texts = (value: string[]): AttributeValue => ({ type: AttributeType.string, value });
/** A truth value. */
export const flag = (value: boolean): AttributeValue => ({ type: AttributeType.bool, value });
/** A type of elements. */
export const type = (value: keyof typeof DataType): AttributeValue => ({
  type: AttributeType.type,
  value: DataType[value],
});

/** Attributes by their names, as kernels give them. */
export function attributeList(attributes: Record<string, AttributeValue>): Attribute[] {
  return Object.entries(attributes).map(([name, value]) => ({ name, ...value }));
}

/** Sets attributes of one operation. */
export type AttributeSetter = (operation: Pointer, attribute: Attribute) => void;

/** The attribute `T`, the element type, that most operations have. */
export const typeAttribute = (dtype: number): Attribute => ({ name: "T", type: AttributeType.type, value: dtype });

/** As the addon did it, a fractional number loses its fraction: tfjs takes `tf.multinomial(p, n, 3.14)` for a seed. */
const bigint = (value: number) => BigInt(Math.trunc(value));
const bigints = (values: number[]) => BigInt64Array.from(values, bigint);

/** What is an attribute's value, or each of its values, by the attribute's type. */
const isValue: Record<number, (value: unknown) => boolean> = {
  [AttributeType.string]: (value) => typeof value === "string" || value instanceof Uint8Array,
  [AttributeType.int]: (value) => typeof value === "number",
  [AttributeType.float]: (value) => typeof value === "number",
  [AttributeType.bool]: (value) => typeof value === "boolean",
  [AttributeType.type]: (value) => typeof value === "number",
  [AttributeType.shape]: (value) => typeof value === "number",
  [AttributeType.types]: (value) => typeof value === "number",
};

function checkValue({ name, type, value }: Attribute): void {
  const fits = isValue[type];
  if (fits === undefined) throw new TypeError(`attribute ${name}: attributes of type ${type} are not supported`);
  if (Array.isArray(value) ? !value.every(fits) : !fits(value)) {
    const kind = Object.entries(AttributeType).find(([, number]) => number === type)![0];
    throw new TypeError(`attribute ${name}: ${Deno.inspect(value)} is no ${kind}`);
  }
}

const bytesOf = (value: string | Bytes) => typeof value === "string" ? new TextEncoder().encode(value) : value;

/**
 * The setter for operations of a kind.
 *
 * @param kind "TFE_Op" for operations that run at once, "TF_" for those of a graph
 */
export function attributeSetter(tensorflow: TensorFlow, kind: "TFE_Op" | "TF_"): AttributeSetter {
  const eager = kind === "TFE_Op";
  const t = tensorflow;
  const setString = eager ? t.TFE_OpSetAttrString : t.TF_SetAttrString;
  const setStrings = eager ? t.TFE_OpSetAttrStringList : t.TF_SetAttrStringList;
  const setInt = eager ? t.TFE_OpSetAttrInt : t.TF_SetAttrInt;
  const setInts = eager ? t.TFE_OpSetAttrIntList : t.TF_SetAttrIntList;
  const setFloat = eager ? t.TFE_OpSetAttrFloat : t.TF_SetAttrFloat;
  const setFloats = eager ? t.TFE_OpSetAttrFloatList : t.TF_SetAttrFloatList;
  const setBool = eager ? t.TFE_OpSetAttrBool : t.TF_SetAttrBool;
  const setBools = eager ? t.TFE_OpSetAttrBoolList : t.TF_SetAttrBoolList;
  const setTypes = eager ? t.TFE_OpSetAttrTypeList : t.TF_SetAttrTypeList;
  const setType = eager ? t.TFE_OpSetAttrType : t.TF_SetAttrType;

  return (operation, attribute) => {
    checkValue(attribute);
    const { name, type, value } = attribute;
    const n = cName(name);
    switch (type) {
      case AttributeType.string: {
        if (Array.isArray(value)) {
          const texts = value.map(bytesOf);
          const lengths = BigUint64Array.from(texts, (bytes) => BigInt(bytes.length));
          const address = (bytes: Bytes) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
          const pointers = BigUint64Array.from(texts, address);
          return setStrings(operation, n, pointers, lengths, value.length);
        }
        const bytes = bytesOf(value as string | Bytes);
        return setString(operation, n, bytes, BigInt(bytes.length));
      }
      case AttributeType.int:
        return Array.isArray(value)
          ? setInts(operation, n, bigints(value), value.length)
          : setInt(operation, n, bigint(value as number));
      case AttributeType.float:
        return Array.isArray(value)
          ? setFloats(operation, n, Float32Array.from(value), value.length)
          : setFloat(operation, n, value as number);
      case AttributeType.bool:
        return Array.isArray(value)
          ? setBools(operation, n, Uint8Array.from(value, Number), value.length)
          : setBool(operation, n, value ? 1 : 0);
      case AttributeType.type:
        return setType(operation, n, value as number);
      case AttributeType.types: {
        const types = Int32Array.from(value as number[]);
        return setTypes(operation, n, types, types.length);
      }
      case AttributeType.shape: {
        const shape = value as number[];
        if (!eager) return t.TF_SetAttrShape(operation, n, bigints(shape), shape.length);
        t.TFE_OpSetAttrShape(operation, n, bigints(shape), shape.length, t.status);
        return t.check(`attribute ${name}`);
      }
    }
  };
}
