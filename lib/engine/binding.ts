/**
 * The interface that tfjs-node's kernels expect of their native addon (`TFJSBinding` in
 * `tfjs-node-gpu/dist/tfjs_binding.d.ts`), on TensorFlow's C library: tensors by number, and operations by name.
 *
 * While a trace is open, operations are recorded instead of run; see `jit.ts`.
 */
import { type Attribute, attributeSetter, AttributeType, typeAttribute } from "./attributes.ts";
import { type Bytes, cName, DataType, type Pointer, type TensorFlow, text } from "./c_api.ts";
import { inputCounter } from "./input_count.ts";
import { checkRanks, isChecked } from "./rank_check.ts";
import { savedModels } from "./saved_model.ts";
import { deleteStrings, newTensor, readTensor, type Values } from "./tensor_data.ts";
import { timedRuns } from "./timed_runs.ts";
import { told } from "./told.ts";
import { beginTrace, describe, type ShapeAndType, type Symbolic, type Trace } from "./trace.ts";
import { untraceable } from "./untraceable.ts";

/** Number, shape and type of a tensor that an operation made. */
export interface TensorMetadata {
  /** The tensor's number in this binding. */
  id: number;
  /** Its shape. */
  shape: number[];
  /** One of TensorFlow's type numbers. */
  dtype: number;
}

/** How a function runs. */
export interface CallOptions {
  /** A serialised `ConfigProto`, whose graph rewrites are applied to the function. */
  config?: Bytes;
  /** Whether XLA compiles it. */
  xla?: boolean;
}

/** A function in the making. */
interface OpenTrace {
  graph: Trace;
  /** The arguments. */
  inputs: Symbolic[];
  /** Tensors that came to be since the trace began are constants of the function, older ones are captured. */
  firstId: number;
  captured: Map<number, Symbolic>;
  constants: Map<number, Symbolic>;
  /** The function that calls this one, where it is a branch or a loop's body. */
  outer: OpenTrace | null;
  ended: boolean;
}

/** A trace that came to its end: what {@linkcode Binding.makeFunctions} needs. */
export interface EndedTrace {
  /** What was recorded. */
  open: OpenTrace;
  /** The results. */
  outputs: Symbolic[];
}

/** What tfjs-node's kernels call, and what `jit.ts` calls to trace. */
export interface Binding extends Readonly<Record<TypeName | AttributeName, number>> {
  /** TensorFlow's version. */
  readonly TF_Version: string;
  /** Makes a tensor of a copy of the values. */
  createTensor(shape: number[], dtype: number, values: Values): number;
  /** Forgets a tensor and frees its handle. */
  deleteTensor(id: number): void;
  /** Whether a tensor is there; those that were only recorded go when tracing is left. */
  hasTensor(id: number): boolean;
  /** Copies a tensor's values out. */
  tensorDataSync(id: number): Values;
  /** Runs an operation, or records it while a trace is open. */
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[];
  /** How many tensors there are. */
  getNumOfTensors(): number;
  /** Whether operations run on a GPU. */
  isUsingGpuDevice(): boolean;
  /** Whether operations are recorded. */
  isTracing(): boolean;
  /** Opens a trace, perhaps inside another: from now on operations are recorded there. */
  beginTrace(): void;
  /** Records what `work` does, in traces inside of the open one too, for a device such as "/device:GPU:1". */
  onDevice<T>(device: string, work: () => T): T;
  /** An input of the open trace. */
  traceInput(shape: number[], dtype: number): number;
  /** Ends the innermost trace; {@linkcode Binding.leaveTrace} still has to be called. */
  endTrace(outputs: number[]): EndedTrace;
  /** Leaves the innermost trace, ended or not; with the outermost, forgets what was only recorded. */
  leaveTrace(): void;
  /**
   * Makes functions of ended traces. They take the same inputs: their arguments, and then every older tensor that one
   * of them uses.
   *
   * @param loop whether the first is a loop's body, which hands those older tensors on to the next round
   * @returns the functions' names, and the numbers of the older tensors; inside of another trace the numbers are new
   * ones, which stay as long as that trace
   */
  makeFunctions(traces: EndedTrace[], loop?: boolean): { names: string[]; captured: number[] };
  /** The names of all functions that were made in the outermost trace, or the last one, those inside first. */
  functionsMade(): string[];
  /** A function in TensorFlow's own form, a serialised `FunctionDef`. */
  functionDefinition(name: string): Bytes;
  /** Makes a function of its definition; those that it calls have to be there. */
  addFunction(definition: Bytes): void;
  /** Forgets functions, and frees their memory; none of them may be part of one that stays. */
  removeFunctions(names: string[]): void;
  /** Another number of a tensor, which stays as long as the outermost trace. */
  hold(id: number): number;
  /** Records one of two functions of the same inputs, by a truth value. */
  branch(predicate: number, functions: [string, string], inputs: number[], outputs: ShapeAndType[]): TensorMetadata[];
  /** Records a loop: the inputs go through `body` as long as `condition` says so. */
  loop(condition: string, body: string, inputs: number[]): TensorMetadata[];
  /** Runs a traced function. */
  call(name: string, inputs: number[], outputs: number, options: CallOptions): TensorMetadata[];
  /** Runs a traced function on another thread, which keeps its inputs until it is done. */
  callOnThread(name: string, inputs: number[], outputs: number, options: CallOptions): Promise<TensorMetadata[]>;
  /** Runs a traced function several times; what TensorFlow tells of each run, a serialised `RunMetadata`. `outputs`: type numbers. */
  timedRuns(name: string, inputs: number[], outputs: number[], options: CallOptions, runs: number): Bytes[];
  /** Opens a model that TensorFlow saved in a folder; see {@linkcode SavedModels}. */
  loadSavedModel(directory: string, tags: string): number;
  /** Runs an open model; names are divided by commas. */
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  /** Closes a model. */
  deleteSavedModel(model: number): void;
  /** How many models are open. */
  getNumOfSavedModels(): number;
}

/** The names by which kernels know element types. */
export type TypeName =
  | "TF_FLOAT"
  | "TF_INT32"
  | "TF_INT64"
  | "TF_BOOL"
  | "TF_COMPLEX64"
  | "TF_STRING"
  | "TF_RESOURCE"
  | "TF_UINT8";

/** The names by which kernels know the kinds of attributes. */
export type AttributeName = `TF_ATTR_${"STRING" | "INT" | "FLOAT" | "BOOL" | "TYPE" | "SHAPE" | "RESOURCE"}`;

/**
 * Opens a TensorFlow context.
 *
 * @param config its settings, a serialised `ConfigProto`
 */
export function createBinding(tensorflow: TensorFlow, config: Bytes): Binding {
  const t = tensorflow;
  const context = openContext(t, config);
  const models = savedModels(t, config);
  const setAttribute = attributeSetter(t, "TFE_Op");
  const checkCount = inputCounter(t);

  /** A pointer to a handle of TensorFlow's, or a value of the graph that is being traced. */
  const tensors = new Map<number, Pointer | Symbolic>();
  let nextId = 0;
  let functions = 0;
  /** Tells this process's functions from those that another saved. */
  const origin = crypto.randomUUID().slice(0, 8);

  let trace: OpenTrace | null = null;
  /** Graphs that became no function yet; what is left of them after a failure is freed with the outermost trace. */
  const unfinished = new Set<Trace>();
  let made: string[] = [];

  /** Where TensorFlow writes the results of operations that have few; those with more get an array of their own. */
  const fewResults = new BigUint64Array(16);
  const resultCount = new Int32Array(1);

  function add(tensor: Pointer | Symbolic): number {
    tensors.set(nextId, tensor);
    return nextId++;
  }

  function tensor(id: number): Pointer | Symbolic {
    const found = tensors.get(id);
    if (found === undefined) {
      throw new Error(
        `Tensor ${id} is not there: it was disposed, perhaps while a traced function still uses it, or it was made ` +
          "inside a traced function and not returned.",
      );
    }
    return found;
  }

  /** A tensor that has values; there are no others while no trace is open. */
  const handle = (id: number) => tensor(id) as Pointer;

  function shapeOf(handle: Pointer): number[] {
    const rank = t.TFE_TensorHandleNumDims(handle, t.status);
    const shape = new Array<number>(rank);
    for (let i = 0; i < rank; i++) shape[i] = Number(t.TFE_TensorHandleDim(handle, i, t.status));
    return shape;
  }

  const metadata = (handle: Pointer) => ({ shape: shapeOf(handle), dtype: t.TFE_TensorHandleDataType(handle) });

  /** Adds the handles that TensorFlow wrote to `pointers`. */
  function collect(pointers: BigUint64Array, count: number): TensorMetadata[] {
    const made = new Array<TensorMetadata>(count);
    for (let i = 0; i < count; i++) {
      const handle = Deno.UnsafePointer.create(pointers[i])!;
      made[i] = { id: add(handle), ...metadata(handle) };
    }
    return made;
  }

  /** Makes an operation that is ready to run; the caller deletes it. */
  function newOperation(name: string, attributes: Attribute[], inputs: Pointer[]): Pointer {
    const operation = t.TFE_NewOp(context, cName(name), t.status);
    t.check(name);
    try {
      for (const input of inputs) {
        t.TFE_OpAddInput(operation, input, t.status);
        t.check(() => describe(name, inputs.map(metadata)));
      }
      for (const attribute of attributes) setAttribute(operation!, attribute);
      return operation!;
    } catch (error) {
      t.TFE_DeleteOp(operation);
      throw error;
    }
  }

  function executeNow(name: string, attributes: Attribute[], inputs: Pointer[], outputs: number): TensorMetadata[] {
    const pointers = outputs <= fewResults.length ? fewResults : new BigUint64Array(outputs);
    const operation = newOperation(name, attributes, inputs);
    resultCount[0] = outputs;
    t.TFE_Execute(operation, pointers, resultCount, t.status);
    t.TFE_DeleteOp(operation);
    t.check(() => describe(name, inputs.map(metadata)));
    return collect(pointers, resultCount[0]);
  }

  function newHandle(shape: number[], dtype: number, values: Values): Pointer {
    const made = newTensor(t, shape, dtype, values);
    const shared = t.TFE_NewTensorHandle(made, t.status);
    try {
      t.check("createTensor");
      if (dtype !== DataType.string) return shared!;
      // TensorFlow frees strings of its own tensors only: let it make a copy, and free ours
      const [copy] = executeNow("DeepCopy", [typeAttribute(dtype)], [shared!], 1);
      const owned = handle(copy.id);
      tensors.delete(copy.id);
      return owned;
    } finally {
      if (dtype === DataType.string) {
        if (shared !== null) t.TFE_DeleteTensorHandle(shared);
        deleteStrings(t, made, values.length);
      }
      t.TF_DeleteTensor(made);
    }
  }

  /** Lends the values of a tensor to `use`. */
  function withValues<T>(tensor: Pointer, use: (resolved: Pointer) => T): T {
    const resolved = t.TFE_TensorHandleResolve(tensor, t.status);
    t.check("reading a tensor");
    try {
      return use(resolved!);
    } finally {
      t.TF_DeleteTensor(resolved);
    }
  }

  /** The value of a graph that stands for a tensor. */
  function traced(id: number, at: OpenTrace = trace!): Symbolic {
    const found = tensor(id);
    const symbolic = isSymbolic(found);
    if (symbolic && found.graph === at.graph.graph) return found;
    if (symbolic && !encloses(at, found)) {
      throw untraceable(
        "A value that was made in a branch or a loop of jit is used outside of it. Return it from there.",
      );
    }
    const known = at.captured.get(id) ?? at.constants.get(id);
    if (known !== undefined) return known;
    const { shape, dtype } = symbolic ? found : metadata(found);
    if (symbolic || id < at.firstId) {
      const input = at.graph.placeholder(shape, dtype);
      at.captured.set(id, input);
      return input;
    }
    const constant = withValues(found, (resolved) => at.graph.constant(resolved, dtype));
    at.constants.set(id, constant);
    return constant;
  }

  const addAll = (values: Symbolic[]) =>
    values.map((value) => ({ id: add(value), shape: value.shape, dtype: value.dtype }));

  function removeFunctions(names: string[]): void {
    for (const name of names) {
      t.TFE_ContextRemoveFunction(context, cName(name), t.status);
      t.check(name);
    }
  }

  function notTracing(): void {
    if (trace !== null) throw new Error("A traced function may not be called while another is traced.");
  }

  return {
    TF_FLOAT: DataType.float32,
    TF_INT32: DataType.int32,
    TF_INT64: DataType.int64,
    TF_BOOL: DataType.bool,
    TF_COMPLEX64: DataType.complex64,
    TF_STRING: DataType.string,
    TF_RESOURCE: DataType.resource,
    TF_UINT8: DataType.uint8,
    TF_ATTR_STRING: AttributeType.string,
    TF_ATTR_INT: AttributeType.int,
    TF_ATTR_FLOAT: AttributeType.float,
    TF_ATTR_BOOL: AttributeType.bool,
    TF_ATTR_TYPE: AttributeType.type,
    TF_ATTR_SHAPE: AttributeType.shape,
    TF_ATTR_RESOURCE: AttributeType.resource,
    TF_Version: t.version(),

    createTensor: (shape: number[], dtype: number, values: Values): number => add(newHandle(shape, dtype, values)),

    deleteTensor(id: number): void {
      const found = tensor(id);
      tensors.delete(id);
      if (isSymbolic(found)) return;
      t.TFE_DeleteTensorHandle(found);
    },

    hasTensor: (id: number) => tensors.has(id),

    tensorDataSync(id: number): Values {
      const found = tensor(id);
      if (isSymbolic(found)) {
        throw untraceable(
          "A traced function reads a tensor's values (data, dataSync, array, print, ...), which it does not have while " +
            "it is traced. Return the tensor and read it outside. To decide by a value, use jit.cond or jit.while.",
        );
      }
      return withValues(found, (resolved) => readTensor(t, resolved, t.TFE_TensorHandleDataType(found)));
    },

    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[] {
      // TensorFlow 2.17 to 2.21 round whole numbers to 0 (tensorflow/tensorflow#74789)
      if (name === "Round" && attributes[0].value !== DataType.float32) name = "Identity";
      if (trace === null) {
        const handles = inputs.map(handle);
        checkCount(name, handles.length, () => handles.map(metadata));
        if (isChecked(name)) checkRanks(name, attributes, handles.map(metadata));
        return executeNow(name, attributes, handles, outputs);
      }
      const values = inputs.map((id) => traced(id));
      if (isChecked(name)) checkRanks(name, attributes, values);
      return addAll(trace.graph.operation(name, attributes, values, outputs));
    },

    getNumOfTensors: () => tensors.size,

    isUsingGpuDevice: () => hasGpu(t, context),

    isTracing: () => trace !== null,

    beginTrace(): void {
      const graph = beginTrace(t);
      graph.device = trace?.graph.device;
      if (trace === null) made = [];
      const [captured, constants] = [new Map(), new Map()];
      trace = { graph, inputs: [], firstId: nextId, captured, constants, outer: trace, ended: false };
      unfinished.add(graph);
    },

    onDevice<T>(device: string, work: () => T): T {
      const { graph } = trace!;
      const outer = graph.device;
      graph.device = device;
      try {
        return work();
      } finally {
        graph.device = outer;
      }
    },

    traceInput(shape: number[], dtype: number): number {
      const input = trace!.graph.placeholder(shape, dtype);
      trace!.inputs.push(input);
      return add(input);
    },

    endTrace(outputs: number[]): EndedTrace {
      const ended = { open: trace!, outputs: outputs.map((id) => traced(id)) };
      trace!.ended = true;
      return ended;
    },

    leaveTrace(): void {
      const { graph: left, ended, outer } = trace!;
      trace = outer;
      if (outer !== null) return;
      if (!ended) removeFunctions(made);
      for (const graph of unfinished) {
        if (ended && graph === left) continue;
        graph.close();
        unfinished.delete(graph);
      }
      for (const [id, value] of tensors) if (isSymbolic(value)) tensors.delete(id);
    },

    makeFunctions(traces: EndedTrace[], loop = false): { names: string[]; captured: number[] } {
      const captured = [...new Set(traces.flatMap(({ open }) => [...open.captured.keys()]))];
      const names = traces.map(({ open, outputs }, i) => {
        const name = `traced_${origin}_${functions++}`;
        const more = captured.map((id) => traced(id, open));
        open.graph.finish(context, name, [...open.inputs, ...more], loop && i === 0 ? [...outputs, ...more] : outputs);
        unfinished.delete(open.graph);
        made.push(name);
        return name;
      });
      const { outer } = traces[0].open;
      return { names, captured: outer === null ? captured : captured.map((id) => add(traced(id, outer))) };
    },

    functionsMade: () => made,

    functionDefinition: (name: string): Bytes =>
      told(t, (buffer) => {
        t.TFE_ContextGetFunctionDef(context, cName(name), buffer, t.status);
        t.check(name);
      }),

    addFunction(definition: Bytes): void {
      t.TFE_ContextAddFunctionDef(context, definition, BigInt(definition.length), t.status);
      t.check("a saved function");
    },

    removeFunctions,

    hold: (id: number) => add(traced(id)),

    branch(predicate: number, functions: [string, string], inputs: number[], outputs: ShapeAndType[]) {
      const values = inputs.map((id) => traced(id));
      return addAll(trace!.graph.branch(traced(predicate), functions, values, outputs));
    },

    loop: (condition: string, body: string, inputs: number[]) =>
      addAll(trace!.graph.loop(condition, body, inputs.map((id) => traced(id)))),

    call(name: string, inputs: number[], outputs: number, options: CallOptions): TensorMetadata[] {
      notTracing();
      return executeNow(name, callAttributes(options), inputs.map(handle), outputs);
    },

    timedRuns(name: string, inputs: number[], outputs: number[], options: CallOptions, runs: number): Bytes[] {
      notTracing();
      const merged = Uint8Array.of(...config, ...options.config ?? []); // of serialised settings, one after the other
      return timedRuns(t, context, { name, inputs: inputs.map(handle), outputs, config: merged }, runs);
    },

    loadSavedModel: models.load,

    runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[] {
      if (trace !== null) throw new Error("A saved model cannot run inside a traced function: run it outside.");
      return models.run(model, inputs.map(handle), inputNames.split(","), outputNames.split(","))
        .map((made) => ({ id: add(made), ...metadata(made) }));
    },

    deleteSavedModel: models.delete,

    getNumOfSavedModels: models.count,

    async callOnThread(name: string, inputs: number[], outputs: number, options: CallOptions) {
      notTracing();
      const operation = newOperation(name, callAttributes(options), inputs.map(handle));
      const pointers = new BigUint64Array(outputs);
      const count = Int32Array.of(outputs);
      const status = t.newStatus();
      try {
        await t.TFE_ExecuteOnThread(operation, pointers, count, status);
        t.check(name, status);
      } finally {
        t.TFE_DeleteOp(operation);
        t.TF_DeleteStatus(status);
      }
      return collect(pointers, outputs);
    },
  };
}

function callAttributes({ config, xla }: CallOptions): Attribute[] {
  const attributes: Attribute[] = [];
  if (config !== undefined) attributes.push({ name: "config_proto", type: AttributeType.string, value: config });
  if (xla) attributes.push({ name: "_XlaMustCompile", type: AttributeType.bool, value: true });
  return attributes;
}

/** Whether a value belongs to a function that calls the one that is traced. */
function encloses({ outer }: OpenTrace, value: Symbolic): boolean {
  return outer !== null && (outer.graph.graph === value.graph || encloses(outer, value));
}

function isSymbolic(tensor: Pointer | Symbolic): tensor is Symbolic {
  return "output" in tensor;
}

function openContext(t: TensorFlow, config: Bytes): Pointer {
  const options = t.TFE_NewContextOptions();
  t.TFE_ContextOptionsSetConfig(options, config, BigInt(config.length), t.status);
  t.check("TensorFlow's options");
  const context = t.TFE_NewContext(options, t.status);
  t.check("TensorFlow's context");
  t.TFE_DeleteContextOptions(options);
  return context!;
}

function hasGpu(t: TensorFlow, context: Pointer): boolean {
  const devices = t.TFE_ContextListDevices(context, t.status);
  t.check("TensorFlow's devices");
  let found = false;
  for (let i = 0; i < t.TF_DeviceListCount(devices); i++) {
    if (text(t.TF_DeviceListType(devices, i, t.status)) === "GPU") found = true;
  }
  t.TF_DeleteDeviceList(devices);
  return found;
}
