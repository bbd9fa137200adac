/**
 * The interface that tfjs-node's kernels expect of their native addon (`TFJSBinding` in
 * `tfjs-node-gpu/dist/tfjs_binding.d.ts`), on TensorFlow's C library: tensors by number, and operations by name.
 *
 * While a trace is open, operations are recorded instead of run; see `open_traces.ts`.
 */
import { type Attribute, AttributeType } from "./attributes.ts";
import { type Bytes, DataType, type TensorFlow } from "./c_api.ts";
import { hasGpu, openContext } from "./context.ts";
import { eagerOperations } from "./eager.ts";
import { inputCounter } from "./input_count.ts";
import { openTraces, type Tracing } from "./open_traces.ts";
import { checkRanks, isChecked } from "./rank_check.ts";
import { savedModels } from "./saved_model.ts";
import type { Values } from "./tensor_data.ts";
import { isSymbolic, type TensorMetadata, TensorTable } from "./tensor_table.ts";
import { timedRuns } from "./timed_runs.ts";
import { untraceable } from "./untraceable.ts";

/** How a function runs. */
export interface CallOptions {
  /** A serialised `ConfigProto`, whose graph rewrites are applied to the function. */
  config?: Bytes;
  /** Whether XLA compiles it. */
  xla?: boolean;
}

/** What tfjs-node's kernels call, and what `jit.ts` calls to trace. */
export interface Binding extends Tracing, Readonly<Record<TypeName | AttributeName, number>> {
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
export function createBinding(t: TensorFlow, config: Bytes): Binding {
  const context = openContext(t, config);
  const models = savedModels(t, config);
  const checkCount = inputCounter(t);
  const table = new TensorTable();
  const eager = eagerOperations(t, context, table);
  const tracing = openTraces(t, context, table, eager);
  const { isTracing } = tracing;
  const handle = (id: number) => table.handle(id);

  function notTracing(): void {
    if (isTracing()) throw new Error("A traced function may not be called while another is traced.");
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

    ...tracing,

    createTensor: (shape: number[], dtype: number, values: Values) => table.add(eager.create(shape, dtype, values)),

    deleteTensor(id: number): void {
      const found = table.take(id);
      if (!isSymbolic(found)) t.TFE_DeleteTensorHandle(found);
    },

    hasTensor: (id: number) => table.has(id),

    tensorDataSync(id: number): Values {
      const found = table.get(id);
      if (!isSymbolic(found)) return eager.read(found);
      throw untraceable(
        "A traced function reads a tensor's values (data, dataSync, array, print, ...), which it does not have while " +
          "it is traced. Return the tensor and read it outside. To decide by a value, use jit.cond or jit.while.",
      );
    },

    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[] {
      // TensorFlow 2.17 to 2.21 round whole numbers to 0 (tensorflow/tensorflow#74789)
      if (name === "Round" && attributes[0].value !== DataType.float32) name = "Identity";
      if (isTracing()) return tracing.record(name, attributes, inputs, outputs);
      const handles = inputs.map(handle);
      checkCount(name, handles.length, () => handles.map(eager.metadata));
      if (isChecked(name)) checkRanks(name, attributes, handles.map(eager.metadata));
      return eager.execute(name, attributes, handles, outputs);
    },

    getNumOfTensors: () => table.size,

    isUsingGpuDevice: () => hasGpu(t, context),

    call(name: string, inputs: number[], outputs: number, options: CallOptions): TensorMetadata[] {
      notTracing();
      return eager.execute(name, callAttributes(options), inputs.map(handle), outputs);
    },

    async callOnThread(name: string, inputs: number[], outputs: number, options: CallOptions) {
      notTracing();
      return await eager.executeOnThread(name, callAttributes(options), inputs.map(handle), outputs);
    },

    timedRuns(name: string, inputs: number[], outputs: number[], options: CallOptions, runs: number): Bytes[] {
      notTracing();
      const merged = Uint8Array.of(...config, ...options.config ?? []); // of serialised settings, one after the other
      return timedRuns(t, context, { name, inputs: inputs.map(handle), outputs, config: merged }, runs);
    },

    loadSavedModel: models.load,

    runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[] {
      if (isTracing()) throw new Error("A saved model cannot run inside a traced function: run it outside.");
      return models.run(model, inputs.map(handle), inputNames.split(","), outputNames.split(","))
        .map((made) => ({ id: table.add(made), ...eager.metadata(made) }));
    },

    deleteSavedModel: models.delete,

    getNumOfSavedModels: models.count,
  };
}

function callAttributes({ config, xla }: CallOptions): Attribute[] {
  const attributes: Attribute[] = [];
  if (config !== undefined) attributes.push({ name: "config_proto", type: AttributeType.string, value: config });
  if (xla) attributes.push({ name: "_XlaMustCompile", type: AttributeType.bool, value: true });
  return attributes;
}
