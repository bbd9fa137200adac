/** TensorFlow's context, in which operations run: which devices there are, and how many threads. */
import { type Bytes, type Pointer, type TensorFlow, text } from "./c_api.ts";

/**
 * Opens a context.
 *
 * @param config its settings, a serialised `ConfigProto`
 */
export function openContext(t: TensorFlow, config: Bytes): Pointer {
  const options = t.TFE_NewContextOptions();
  t.TFE_ContextOptionsSetConfig(options, config, BigInt(config.length), t.status);
  t.check("TensorFlow's options");
  const context = t.TFE_NewContext(options, t.status);
  t.check("TensorFlow's context");
  t.TFE_DeleteContextOptions(options);
  return context!;
}

/** Whether one of a context's devices is a GPU. */
export function hasGpu(t: TensorFlow, context: Pointer): boolean {
  const devices = t.TFE_ContextListDevices(context, t.status);
  t.check("TensorFlow's devices");
  let found = false;
  for (let i = 0; i < t.TF_DeviceListCount(devices); i++) {
    if (text(t.TF_DeviceListType(devices, i, t.status)) === "GPU") found = true;
  }
  t.TF_DeleteDeviceList(devices);
  return found;
}
