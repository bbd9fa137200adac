/** Programs start where Deno guards the loader's variables. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { startProgram } from "../../lib/files/start_program.ts";

/** Runs `run_git.ts` with permissions and variables of its own. */
async function runGit(
  permission: string,
  env: Record<string, string>,
): Promise<{ success: boolean; out: string; errors: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", permission, new URL("run_git.ts", import.meta.url).pathname],
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, out: text(stdout), errors: text(stderr) };
}

Deno.test("git starts where LD_LIBRARY_PATH is set, as modules of clusters and CUDA's instructions do", async () => {
  const environments: Record<string, string>[] = [
    {},
    { LD_LIBRARY_PATH: "/opt/cuda/lib64" },
    { LD_LIBRARY_PATH: "/a", LD_RUN_PATH: "/b" },
  ];
  for (const env of environments) {
    assertMatch((await runGit("--allow-run=git", env)).out, /^git version \d/);
  }
});

Deno.test("a program without a permission stays refused", async () => {
  const { success, errors } = await runGit("--allow-run=python3", { LD_LIBRARY_PATH: "/opt/cuda/lib64" });
  assertEquals(success, false);
  assertMatch(errors, /NotCapable: Requires run access to "git"/);
});

Deno.test("a program that is not there is NotFound", () => {
  assertThrows(() => startProgram("no-such-program", {}), Deno.errors.NotFound);
});
