/** What a result file says of the program and the machine that made it. */
import { resolve } from "node:path";
import type { Engine } from "../engine/tensorflow.ts";
import { processor } from "../engine/library_machine.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Precision } from "../engine/jit.ts";
import { programOutput } from "../files/start_program.ts";
import type { Cell } from "../results/result.ts";

/** The engine as a result file describes it. */
export function engineOf(engine: Engine, precision: Precision): Cell["engine"] {
  return {
    tensorflow: engine.version,
    tfjs: tf.version_core,
    deno: Deno.version.deno,
    threads: engine.threads,
    precision,
    device: engine.device,
  };
}

/**
 * The machine as a result file describes it.
 *
 * @param gpu name of the GPU that computed, if one did
 */
export function hardwareOf(gpu?: string): Cell["hardware"] {
  const { model, avx2, avx512, avx512Bf16 } = processor();
  const widest = [avx512Bf16 && "AVX512_BF16", avx512 && "AVX-512", avx2 && "AVX2"].find(Boolean);
  return {
    processor: widest ? `${model} (${widest})` : model, // one name stands for several kinds, which give other bits
    cores: navigator.hardwareConcurrency,
    memory_gib: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    ...(gpu !== undefined && { gpu }),
  };
}

const PROGRAM = resolve(import.meta.dirname!, "../..");

/**
 * The commit of this program, with "+" behind it if files were changed since; "unknown" outside a git checkout.
 *
 * @param folder where the program lies
 */
export async function codeVersion(folder = PROGRAM): Promise<string> {
  const git = async (...args: string[]): Promise<string | null> => {
    try {
      const { success, stdout } = await programOutput("git", ["-C", folder, ...args]);
      return success ? new TextDecoder().decode(stdout).trim() : null;
    } catch {
      return null; // git is not there
    }
  };
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit === null) return "unknown";
  const changed = await git("status", "--porcelain", "--untracked-files=no", "--", "lib", "experiments", "deno.json");
  return changed === "" ? commit : `${commit}+`;
}
