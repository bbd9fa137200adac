/** The times of a run's operations, out of the `RunMetadata` that TensorFlow tells of it (`step_stats.proto`). */
import { Message } from "./protobuf.ts";
import { typeName } from "./tensor_data.ts";

/** An operation that ran. */
export interface TimedOperation {
  /** Its name in the graph, such as "Conv2D_12". */
  name: string;
  /** What it is, such as "Conv2D"; as TensorFlow's optimiser left it, perhaps fused of several. */
  operation: string;
  /** Names of what it took. */
  inputs: string[];
  /** What it made, such as `float32[64,32,32,64]`; empty where TensorFlow does not tell. */
  outputs: string[];
  /** TensorFlow's name of what it ran on. */
  device: string;
  /** Number of the thread. */
  thread: number;
  /** When it began, in microseconds since the run did. */
  start: number;
  /** How long it took, in microseconds, with what it called. */
  duration: number;
}

/**
 * The operations of a run in the order in which they began.
 *
 * @param metadata a serialised `RunMetadata`
 * @throws {RangeError} if it is none
 */
export function timedOperations(metadata: Uint8Array): TimedOperation[] {
  const devices = new Message(metadata).messages(1).flatMap((stats) => stats.messages(1));
  const nodes = devices.flatMap((device) => device.messages(2).map((node) => ({ node, device: device.text(1) })));
  const began = nodes.map(({ node }) => node.integer(13)).reduce((a, b) => a < b ? a : b, 2n ** 63n);
  const found = nodes.map(({ node, device }) => timed(node, device, began));
  return found.sort((a, b) => a.start - b.start || b.duration - a.duration); // who calls before whom it calls
}

/** Reads a `NodeExecStats`. Its times are nanoseconds since 1970, more than a double holds. */
function timed(node: Message, device: string, began: bigint): TimedOperation {
  // "[allocator bytes ...] name = operation(inputs)"
  const [, operation = "", inputs = ""] = node.text(8).match(/ = (\w+)\((.*)\)$/s) ?? [];
  return {
    name: node.text(1),
    operation,
    inputs: inputs === "" ? [] : inputs.split(", "),
    outputs: node.messages(7).flatMap((output) => output.messages(3)).map(described),
    device,
    thread: node.number(10),
    start: Number(node.integer(13) - began) / 1000,
    duration: node.number(16) / 1000,
  };
}

/** A `TensorDescription`. */
function described(tensor: Message): string {
  const sides = tensor.messages(2).flatMap((shape) => shape.messages(2)).map((side) => side.number(1));
  return `${typeName(tensor.number(1))}[${sides}]`;
}
