/**
 * Models that TensorFlow saved, in a folder with `saved_model.pb` and its variables, run as they are: what tfjs-node's
 * `loadSavedModel` asks of the binding.
 */
import type { Bytes, Pointer, TensorFlow } from "./c_api.ts";

/** Open models by number. */
export interface SavedModels {
  /**
   * Opens a model.
   *
   * @param tags what the model was saved for, divided by commas; most have "serve" only
   * @throws {Error} TensorFlow's message, if there is none in the folder or none with these tags
   */
  load(directory: string, tags: string): number;
  /**
   * Runs a model.
   *
   * @param inputs handles of tensors
   * @param inputNames of the graph, such as "serving_default_x:0"; without ":0" the first result of an operation
   * @returns new handles, the caller's
   * @throws {Error} if a name is not in the graph, or TensorFlow refuses
   */
  run(model: number, inputs: Pointer[], inputNames: string[], outputNames: string[]): Pointer[];
  /** Closes a model. */
  delete(model: number): void;
  /** How many are open. */
  count(): number;
}

interface Model {
  session: Pointer;
  graph: Pointer;
}

/**
 * No model is open yet.
 *
 * @param config a serialised `ConfigProto`, the one that operations run by, so that a model repeats to the bit as well
 */
export function savedModels(tensorflow: TensorFlow, config: Bytes): SavedModels {
  const t = tensorflow;
  const models = new Map<number, Model>();
  let nextId = 0;

  function model(id: number): Model {
    const found = models.get(id);
    if (found === undefined) throw new Error(`Saved model ${id} is not open.`);
    return found;
  }

  /** A `TF_Output` for each name. */
  function outputs(graph: Pointer, names: string[]): Bytes {
    const bytes = new Uint8Array(16 * names.length);
    const view = new DataView(bytes.buffer);
    names.forEach((name, i) => {
      const [operation, index = "0"] = name.split(":");
      const found = t.TF_GraphOperationByName(graph, cString(operation));
      if (found === null) throw new Error(`The saved model has no operation ${operation}.`);
      view.setBigUint64(16 * i, Deno.UnsafePointer.value(found), true);
      view.setInt32(16 * i + 8, Number(index), true);
    });
    return bytes;
  }

  function newHandle(tensor: Pointer): Pointer {
    const handle = t.TFE_NewTensorHandle(tensor, t.status);
    t.check("a saved model's result");
    return handle!;
  }

  return {
    load(directory: string, tags: string): number {
      const options = t.TF_NewSessionOptions();
      const graph = t.TF_NewGraph()!;
      try {
        t.TF_SetConfig(options, config, BigInt(config.length), t.status); // the context has taken the same bytes
        const names = tags.split(",").map(cString);
        const session = t.TF_LoadSessionFromSavedModel(
          options,
          null,
          cString(directory),
          pointers(names.map((name) => Deno.UnsafePointer.of(name))),
          names.length,
          graph,
          null,
          t.status,
        );
        t.check(`${directory}: the saved model cannot be loaded`);
        models.set(nextId, { session: session!, graph });
        return nextId++;
      } catch (error) {
        t.TF_DeleteGraph(graph);
        throw error;
      } finally {
        t.TF_DeleteSessionOptions(options);
      }
    },

    run(id: number, inputs: Pointer[], inputNames: string[], outputNames: string[]): Pointer[] {
      const { session, graph } = model(id);
      if (inputNames.length !== inputs.length) {
        throw new Error(
          `Length of input op names (${inputNames.length}) does not match the length of input tensors ` +
            `(${inputs.length}).`,
        );
      }
      const into = outputs(graph, inputNames);
      const from = outputs(graph, outputNames);
      const tensors: Pointer[] = [];
      try {
        for (const input of inputs) {
          const tensor = t.TFE_TensorHandleResolve(input, t.status);
          t.check("reading a tensor");
          tensors.push(tensor!);
        }
        const values = pointers(tensors);
        const results = new BigUint64Array(outputNames.length);
        const count = inputs.length;
        t.TF_SessionRun(session, null, into, values, count, from, results, results.length, null, 0, null, t.status);
        t.check("a saved model");
        const made = Array.from(results, (address) => Deno.UnsafePointer.create(address)!);
        tensors.push(...made);
        return made.map(newHandle);
      } finally {
        tensors.forEach((tensor) => t.TF_DeleteTensor(tensor));
      }
    },

    delete(id: number): void {
      const { session, graph } = model(id);
      models.delete(id);
      t.TF_DeleteSession(session, t.status);
      t.TF_DeleteGraph(graph);
      t.check("closing a saved model");
    },

    count: () => models.size,
  };
}

const cString = (text: string): Bytes => new TextEncoder().encode(text + "\0");

const pointers = (list: Deno.PointerValue[]) =>
  BigUint64Array.from(list, (pointer) => Deno.UnsafePointer.value(pointer));
