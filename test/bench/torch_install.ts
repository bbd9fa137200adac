/** PyTorch for the benchmark: fetched once by the user's pip into a venv in the per-user cache. */
import { join } from "node:path";
import type { Device } from "../../lib/engine/device.ts";
import { outcomeOf, runProgram, venv } from "../../lib/files/venv.ts";

/** A Python that has PyTorch. */
export interface TorchPython {
  /** Its program. */
  python: string;
  /** Where torch.compile may keep what it compiles. */
  compiled: string;
}

const REQUIREMENTS = join(import.meta.dirname!, "requirements.txt");
const CUDA = join(import.meta.dirname!, "requirements_cuda.txt");

/**
 * Finds the venv, or makes it. For a GPU it holds all that PyTorch's metadata names, Triton too.
 *
 * @throws {UserError} if there is no Python 3.11 or newer with venv, or pip cannot fetch PyTorch
 */
export async function torchPython(device: Device = "cpu"): Promise<TorchPython> {
  const gpu = device !== "cpu";
  const { python, folder } = await venv({
    name: gpu ? "bench-gpu" : "bench",
    title: "PyTorch",
    notice: `Installing PyTorch for the comparison (${gpu ? "3.5 GB" : "200 MB, or 2.5 GB by way of PyPI"})`,
    requirements: await Deno.readTextFile(REQUIREMENTS) + await Deno.readTextFile(CUDA),
    install: async (pip, python) => {
      if (gpu) return await pip("-r", REQUIREMENTS);
      await pip("--no-deps", "-r", REQUIREMENTS);
      if (!(await outcomeOf(python, ["-c", "import torch"])).success) await pip("-r", CUDA);
      await runProgram(python, ["-c", "import torch, torchvision"], "PyTorch does not start on this machine");
    },
  });
  return { python, compiled: join(folder, "inductor") };
}
