/** Programs start where Deno guards the loader's variables. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { startProgram } from "../../lib/files/start_program.ts";
import { runEngine } from "../engine/run_engine.ts";

const runGit = (permission: string, env: Record<string, string>) =>
  runEngine("../files/run_git.ts", [], env, [permission]);

Deno.test("git starts where LD_LIBRARY_PATH is set, as modules of clusters and CUDA's instructions do", async () => {
  const environments: Record<string, string>[] = [
    {},
    { LD_LIBRARY_PATH: "/opt/cuda/lib64" },
    { LD_LIBRARY_PATH: "/a", LD_RUN_PATH: "/b" },
  ];
  for (const env of environments) {
    assertMatch((await runGit("--allow-run=git", env)).output, /^git version \d/);
  }
});

Deno.test("a program without a permission stays refused", async () => {
  const { code, errors } = await runGit("--allow-run=python3", { LD_LIBRARY_PATH: "/opt/cuda/lib64" });
  assertEquals(code, 1);
  assertMatch(errors, /NotCapable: Requires run access to "git"/);
});

Deno.test("a program that is not there is NotFound", () => {
  assertThrows(() => startProgram("no-such-program", {}), Deno.errors.NotFound);
});
