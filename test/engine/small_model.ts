/**
 * Small saved models, written by the protocol buffers in tfjs-node's package: each result is an input times a whole
 * number.
 */
import messages from "@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js";
import { join } from "node:path";

/** Element types by the names in protocol buffers. */
type Type = "DT_FLOAT" | "DT_INT32" | "DT_INT64" | "DT_UINT8";

/** One signature: the type of all its tensors, and for each result the input and how often it is added to itself. */
export interface Signature {
  type: Type;
  results: { of: string; times: number }[];
}

/** A generated class; its package declares no types. */
// deno-lint-ignore no-explicit-any
type Message = any;

const all: Message = messages;

/**
 * Writes a model for "serve" whose signature's inputs are `NAME_INPUT` in the graph, its results those of one operation.
 *
 * @param directory is made
 */
export async function writeModel(directory: string, signatures: Record<string, Signature>): Promise<void> {
  const graph = new all.GraphDef();
  const metaGraph = new all.MetaGraphDef();
  Object.entries(signatures).forEach(([name, { type, results }], count) => {
    const dtype: number = all.DataType[type];
    const signature = new all.SignatureDef();
    const inputs = [...new Set(results.map(({ of }) => of))];
    for (const input of inputs) {
      addNode(graph, `${name}_${input}`, "Placeholder", [], { dtype: new all.AttrValue().setType(dtype) });
      signature.getInputsMap().set(input, tensor(`${name}_${input}:0`, dtype));
    }
    const T = new all.AttrValue().setType(dtype);
    const sums = results.map(({ of, times }, i) => {
      const input = `${name}_${of}`;
      let sum = input;
      for (let n = 1; n < times; n++) {
        sum = addNode(graph, `${name}_sum_${i}_${n}`, "AddV2", [sum, input], { T });
      }
      return sum;
    });
    const types = new all.AttrValue().setList(new all.AttrValue.ListValue().setTypeList(sums.map(() => dtype)));
    const call = count === 0 ? "StatefulPartitionedCall" : `StatefulPartitionedCall_${count}`; // as TensorFlow names it
    addNode(graph, call, "IdentityN", sums, { T: types });
    sums.forEach((_, i) => signature.getOutputsMap().set(`output_${i}`, tensor(`${call}:${i}`, dtype)));
    metaGraph.getSignatureDefMap().set(name, signature);
  });
  metaGraph.setGraphDef(graph);
  metaGraph.setMetaInfoDef(new all.MetaGraphDef.MetaInfoDef().setTagsList(["serve"]));
  const model = new all.SavedModel().setSavedModelSchemaVersion(1).setMetaGraphsList([metaGraph]);
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeFile(join(directory, "saved_model.pb"), model.serializeBinary());
}

function addNode(graph: Message, name: string, op: string, inputs: string[], attributes: Record<string, Message>) {
  const node = new all.NodeDef();
  node.setName(name);
  node.setOp(op);
  node.setInputList(inputs);
  for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, value);
  graph.addNode(node);
  return name;
}

function tensor(name: string, dtype: number): Message {
  const info = new all.TensorInfo();
  info.setName(name);
  info.setDtype(dtype);
  info.setTensorShape(new all.TensorShape());
  return info;
}
