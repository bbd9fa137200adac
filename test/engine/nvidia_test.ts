import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { checkGpu, type Cuda, gpuMemory, nvidiaDriver } from "../../lib/engine/nvidia.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { runEngine } from "./run_engine.ts";

/** A driver as the CUDA Driver API describes it: 12040 is CUDA 12.4, 100 is CUDA_ERROR_NO_DEVICE. */
function driver(names: string[], version = 12040): Cuda {
  const put = (out: unknown, value: number) => {
    (out as Int32Array)[0] = value;
    return 0;
  };
  return {
    cuInit: () => names.length > 0 ? 0 : 100,
    cuDriverGetVersion: (out) => put(out, version),
    cuDeviceGetCount: (out) => put(out, names.length),
    cuDeviceGet: (out, number) => put(out, number),
    cuDeviceTotalMem_v2(out, device) {
      (out as BigUint64Array)[0] = 2n ** BigInt(33 + device); // 8 GiB, 16 GiB, ...
      return 0;
    },
    cuDeviceGetName: (out, _, device) => (new TextEncoder().encodeInto(names[device], out as Uint8Array), 0),
  };
}

Deno.test("the driver tells which CUDA it runs, and its GPUs by number", () => {
  assertEquals(nvidiaDriver(() => driver(["NVIDIA H200", "Tesla T4"])), {
    cuda: "12.4",
    gpus: ["NVIDIA H200", "Tesla T4"],
  });
  assertEquals(nvidiaDriver(() => driver([], 13000)), { cuda: "13.0", gpus: [] });
});

Deno.test("the driver tells each GPU's memory, more than 32 bits hold", () => {
  assertEquals(gpuMemory(() => driver(["Tesla P4", "Tesla T4"])), [2 ** 33, 2 ** 34]);
  assertEquals(gpuMemory(() => driver([])), []);
});

Deno.test("without its library there is no driver", () => {
  assertEquals(gpuMemory(() => Deno.dlopen("libno-such-cuda.so.1", {}).symbols as Cuda), []);
  assertEquals(nvidiaDriver(() => Deno.dlopen("libno-such-cuda.so.1", {}).symbols as Cuda), null);
});

const refused: [string, string[] | null, number, RegExp][] = [
  ["no driver", null, 0, /no NVIDIA driver: libcuda\.so\.1 .* nvidia-smi .*\(--gpus all\)/],
  ["a driver that sees no GPU", [], 12040, /sees no such GPU; it sees: none\. .*CUDA_VISIBLE_DEVICES/],
  ["a number too high", ["NVIDIA H200"], 12040, /it sees: gpu:0 \(NVIDIA H200\)\./],
  ["a driver too old", ["Tesla K80"], 11040, /runs CUDA up to 11\.4; TensorFlow needs 12\. Update the driver/],
];
for (const [what, names, version, message] of refused) {
  Deno.test(`${what} is told with what to do`, () => {
    const found = names && nvidiaDriver(() => driver(names, version));
    const error = assertThrows(() => checkGpu("gpu:1", found), UserError);
    assertMatch(error.message, message);
    assertMatch(error.message, /^--device gpu:1: .*leave --device out to run on the processor\.$/);
  });
}

Deno.test("a GPU that the driver sees is accepted", () => {
  checkGpu("gpu:1", nvidiaDriver(() => driver(["NVIDIA H200", "Tesla T4"])));
});

Deno.test({
  name: "without a driver the engine refuses a GPU by that message, and fetches nothing",
  ignore: nvidiaDriver() !== null,
  async fn() {
    const home = await Deno.makeTempDir();
    const { code, errors } = await runEngine("start_engine.ts", ["gpu:0"], { BACKMIX_HOME: home });
    assertEquals(code, 1);
    assertMatch(errors, /--device gpu:0: no NVIDIA driver/);
    assertEquals([...Deno.readDirSync(home)], []);
    await Deno.remove(home, { recursive: true });
  },
});
