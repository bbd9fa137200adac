/**
 * Records operations into a TensorFlow graph instead of running them, and turns the graph into one TensorFlow function.
 */
import { type Attribute, attributeSetter, typeAttribute } from "./attributes.ts";
import { type Bytes, cName, type Pointer, type TensorFlow } from "./c_api.ts";
import { divided } from "./operation_inputs.ts";
import { typeName } from "./tensor_data.ts";
import { untraceable } from "./untraceable.ts";

/** A value of a graph that is being traced. */
export interface Symbolic {
  /** `TF_Output`, 16 bytes: operation and output number. */
  output: Bytes;
  /** Its shape; where TensorFlow does not know even the rank, `[0]`. */
  shape: number[];
  /** One of TensorFlow's type numbers. */
  dtype: number;
  /** The graph that it belongs to. */
  graph: Pointer;
}

/** What is known of a result before it is there. */
export type ShapeAndType = Pick<Symbolic, "shape" | "dtype">;

/**
 * Operations that draw random numbers from a state of their own, or that are there for what they do: a function may run
 * them in any order, or not at all if nobody uses their result.
 */
const STATEFUL = /^(Multinomial|Random.*|(Parameterized)?TruncatedNormal|Print.*|Assert|Assign.*|Write.*|Save.*)$/;

/** One graph in the making. */
export interface Trace {
  /** TensorFlow's graph. */
  readonly graph: Pointer;
  /** The device of the operations to come, such as "/device:GPU:1"; undefined leaves it to TensorFlow. */
  device?: string;
  /** An input of the function, or a tensor from outside that it uses. */
  placeholder(shape: number[], dtype: number): Symbolic;
  /** A tensor whose values become part of the function. */
  constant(tensor: Pointer, dtype: number): Symbolic;
  /** Records an operation. */
  operation(name: string, attributes: Attribute[], inputs: Symbolic[], outputs: number): Symbolic[];
  /** Records one of two functions of the same inputs, by a truth value. */
  branch(predicate: Symbolic, functions: [string, string], inputs: Symbolic[], outputs: ShapeAndType[]): Symbolic[];
  /** Records a loop: the inputs go through `body` as long as `condition` says so. */
  loop(condition: string, body: string, inputs: Symbolic[]): Symbolic[];
  /** Records the call of a function, which TensorFlow optimises as it does one that is called from outside. */
  call(name: string, inputs: Symbolic[], outputs: number[]): Symbolic[];
  /**
   * Closes the graph and registers it as a function of `context`.
   *
   * @param name under which it is to run; unique in the context
   */
  finish(context: Pointer, name: string, inputs: Symbolic[], outputs: Symbolic[]): void;
  /** Frees the graph. */
  close(): void;
}

/** Opens a graph. */
export function beginTrace(tensorflow: TensorFlow): Trace {
  const t = tensorflow;
  const graph = t.TF_NewGraph()!;
  const setAttribute = attributeSetter(t, "TF_");
  let operations = 0;

  function begin(name: string): Pointer {
    const operation = t.TF_NewOperation(graph, cName(name), encode(`${name}_${operations++}`)) as Pointer;
    if (trace.device !== undefined && name !== "Placeholder") t.TF_SetDevice(operation, cName(trace.device));
    return operation;
  }

  function finish(name: string, operation: Pointer, inputs: Symbolic[]): Pointer {
    const finished = t.TF_FinishOperation(operation, t.status);
    t.check(() => describe(name, inputs));
    return finished as Pointer;
  }

  /** Reads shape and type that TensorFlow inferred for an output. */
  function symbolic(name: string, operation: Pointer, index: number): Symbolic {
    const output = new Uint8Array(16);
    const view = new DataView(output.buffer);
    view.setBigUint64(0, Deno.UnsafePointer.value(operation), true);
    view.setInt32(8, index, true);
    const dtype = t.TF_OperationOutputType(output);
    const rank = t.TF_GraphGetTensorNumDims(graph, output, t.status);
    t.check(name);
    if (rank < 0) return { output, shape: [0], dtype, graph };
    const dims = new BigInt64Array(rank);
    t.TF_GraphGetTensorShape(graph, output, dims, rank, t.status);
    t.check(name);
    const shape = Array.from(dims, Number);
    if (shape.some((n) => n < 0)) {
      throw untraceable(
        `${name}: the shape of its result depends on values, [${shape}] (-1: unknown), which jit cannot trace. ` +
          "Move this operation out of the traced function.",
      );
    }
    return { output, shape, dtype, graph };
  }

  function typeList(operation: Pointer, name: string, of: { dtype: number }[]): void {
    t.TF_SetAttrTypeList(operation, cName(name), Int32Array.from(of, ({ dtype }) => dtype), of.length);
  }

  /** Says what comes out, which TensorFlow does not work out from the functions. */
  function outputShapes(operation: Pointer, of: ShapeAndType[]): void {
    const dims = of.map(({ shape }) => BigInt64Array.from(shape, BigInt));
    const places = BigUint64Array.from(dims, (d) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(d)));
    const ranks = Int32Array.from(dims, (d) => d.length);
    t.TF_SetAttrShapeList(operation, cName("output_shapes"), places, ranks, of.length);
  }

  function functionAttribute(operation: Pointer, name: string, value: string): void {
    const bytes = new TextEncoder().encode(value);
    t.TF_SetAttrFuncName(operation, cName(name), bytes, BigInt(bytes.length));
  }

  const trace: Trace = {
    graph,

    placeholder(shape: number[], dtype: number): Symbolic {
      const operation = begin("Placeholder");
      t.TF_SetAttrType(operation, cName("dtype"), dtype);
      t.TF_SetAttrShape(operation, cName("shape"), BigInt64Array.from(shape, (n) => BigInt(n)), shape.length);
      return symbolic("Placeholder", finish("Placeholder", operation, []), 0);
    },

    constant(tensor: Pointer, dtype: number): Symbolic {
      const operation = begin("Const");
      t.TF_SetAttrTensor(operation, cName("value"), tensor, t.status);
      t.check("Const");
      t.TF_SetAttrType(operation, cName("dtype"), dtype);
      return symbolic("Const", finish("Const", operation, []), 0);
    },

    operation(name: string, attributes: Attribute[], inputs: Symbolic[], outputs: number): Symbolic[] {
      if (STATEFUL.test(name)) {
        throw untraceable(
          `${name} cannot be traced: it changes something outside of the function, if only the state of its random ` +
            "numbers. Move it out of the traced function, or draw with a stateless operation whose seed is an argument: " +
            'operation("StatelessRandomNormal", [shape, seed], ...).',
        );
      }
      const operation = begin(name);
      for (const group of divided(t, graph, name, attributes, inputs)) {
        if (Array.isArray(group)) t.TF_AddInputList(operation, pack(group), group.length);
        else t.TF_AddInput(operation, group.output);
      }
      for (const attribute of attributes) {
        if (name === "Mean" && attribute.name === "T") continue; // tfjs-node names the type from before its cast
        setAttribute(operation, attribute);
      }
      const finished = finish(name, operation, inputs);
      return Array.from({ length: outputs }, (_, i) => symbolic(name, finished, i));
    },

    branch(predicate: Symbolic, [then, otherwise]: [string, string], inputs: Symbolic[], outputs: ShapeAndType[]) {
      const name = "StatelessIf";
      const operation = begin(name);
      t.TF_AddInput(operation, predicate.output);
      t.TF_AddInputList(operation, pack(inputs), inputs.length);
      t.TF_SetAttrType(operation, cName("Tcond"), predicate.dtype);
      typeList(operation, "Tin", inputs);
      typeList(operation, "Tout", outputs);
      functionAttribute(operation, "then_branch", then);
      functionAttribute(operation, "else_branch", otherwise);
      outputShapes(operation, outputs);
      const finished = finish(name, operation, [predicate, ...inputs]);
      return outputs.map((_, i) => symbolic(name, finished, i));
    },

    loop(condition: string, body: string, inputs: Symbolic[]): Symbolic[] {
      const name = "StatelessWhile";
      const operation = begin(name);
      t.TF_AddInputList(operation, pack(inputs), inputs.length);
      typeList(operation, "T", inputs);
      functionAttribute(operation, "cond", condition);
      functionAttribute(operation, "body", body);
      outputShapes(operation, inputs);
      const finished = finish(name, operation, inputs);
      return inputs.map((_, i) => symbolic(name, finished, i));
    },

    call(name: string, inputs: Symbolic[], outputs: number[]): Symbolic[] {
      const operation = begin("PartitionedCall");
      t.TF_AddInputList(operation, pack(inputs), inputs.length);
      typeList(operation, "Tin", inputs);
      typeList(operation, "Tout", outputs.map((dtype) => ({ dtype })));
      functionAttribute(operation, "f", name);
      const finished = finish(name, operation, inputs);
      return outputs.map((_, i) => symbolic(name, finished, i));
    },

    finish(context: Pointer, name: string, inputs: Symbolic[], outputs: Symbolic[]): void {
      // a function may not hand an input straight back, nor one value twice
      const seen = new Set(inputs.map((s) => s.output.join()));
      const distinct = outputs.map((s) => {
        const key = s.output.join();
        if (seen.has(key)) return this.operation("Identity", [typeAttribute(s.dtype)], [s], 1)[0];
        seen.add(key);
        return s;
      });
      const ins = pack(inputs);
      const outs = pack(distinct);
      const body = t.TF_GraphToFunction(
        graph,
        encode(name),
        0,
        -1, // all operations of the graph
        null,
        inputs.length,
        ins,
        distinct.length,
        outs,
        null,
        null,
        null,
        t.status,
      );
      t.check(name);
      t.TFE_ContextAddFunction(context, body, t.status);
      t.TF_DeleteFunction(body);
      t.check(name);
      this.close();
    },

    close(): void {
      t.TF_DeleteGraph(graph);
    },
  };
  return trace;
}

/** An operation with its inputs' shapes and types, for messages. */
export function describe(name: string, inputs: { shape: number[]; dtype: number }[]): string {
  return `${name}(${inputs.map(({ shape, dtype }) => `${typeName(dtype)}[${shape}]`).join(", ")})`;
}

function encode(name: string): Bytes {
  return new TextEncoder().encode(name + "\0");
}

/** Several `TF_Output` in a row. */
export function pack(values: Symbolic[]): Bytes {
  const bytes = new Uint8Array(16 * values.length);
  values.forEach((value, i) => bytes.set(value.output, 16 * i));
  return bytes;
}
