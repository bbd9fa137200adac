/** What TensorFlow tells in a buffer of its own, such as a serialised message. */
import type { Bytes, Pointer, TensorFlow } from "./c_api.ts";

/**
 * A copy of what a call puts into a buffer; the buffer is freed.
 *
 * @param call is given the empty buffer (`TF_Buffer`); what it leaves empty gives no bytes
 */
export function told(t: TensorFlow, call: (buffer: Pointer) => void): Bytes {
  const buffer = t.TF_NewBuffer()!;
  try {
    call(buffer);
    const view = new Deno.UnsafePointerView(buffer); // address and length, 8 bytes each
    const bytes = new Uint8Array(Number(view.getBigUint64(8)));
    if (bytes.length > 0) Deno.UnsafePointerView.copyInto(view.getPointer(0)!, bytes);
    return bytes;
  } finally {
    t.TF_DeleteBuffer(buffer);
  }
}
