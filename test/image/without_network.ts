/**
 * Slow, needs root: the steps of the `Dockerfile` by hand, in a fresh folder with an empty home; then, with the network cut
 * off and the folder read-only, a plan of two trainings and some of the project's tests.
 *
 *     deno task test:image
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { codeVersion } from "../../lib/experiment/environment.ts";
import { readResult } from "../../lib/results/read.ts";
import { doByHand, succeeds } from "./dockerfile.ts";

Deno.test("a folder made by the Dockerfile's steps trains and passes tests without a network, and writes nothing into itself", async () => {
  const folder = await Deno.makeTempDir();
  const { env, entrypoint, program } = await doByHand(folder);
  const readOnly = ["opt", "venv"].map((name) => {
    const path = `${folder}/${name}`;
    return `mount --bind ${path} ${path} && mount -o remount,ro,bind ${path}`;
  });
  // its own name space of the network has no way out, its own of mounts leaves the machine's alone
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const script = [...readOnly, "cd /", 'exec env -i "$@"'].join(" && ");
  const alone = (...command: string[]) =>
    succeeds(["unshare", "--net", "--mount", "sh", "-c", script, "sh", ...variables, ...command]);
  const task = (...args: string[]) => alone(...entrypoint, ...args);

  const { output } = await task("doctor");
  assertMatch(output, /TensorFlow runs: nothing is missing\./);
  const [plan, out] = [`${folder}/tmp/plan.jsonl`, `${folder}/tmp/runs`];
  const less = ["--epochs", "1", "--limit", "64"];
  await task("plan", "--tables", "priors", "--preset", "quick", ...less, "--out", plan);
  for (const line of ["1", "2"]) await task("run-plan", plan, "--line", line, "--out", out);
  const { cells } = await readResult(`${out}/priors.quick.json`);
  assertEquals(cells.map(({ seed, backmix }) => [seed, backmix]), [[0, true], [0, false]]);
  const commit = await codeVersion(program);
  assert(cells.every(({ code_version }) => code_version === commit), commit);

  const tests = ["test/experiment/plans", "test/experiment/reproduce_test.ts"];
  const ended = await alone("env", `--chdir=${program}`, "deno", "test", "--no-check", "--allow-all", ...tests);
  assertMatch(ended.output, /\| \d+ passed \| 0 failed/);
  console.log(ended.output.trim().split("\n").at(-1));
  await Deno.remove(folder, { recursive: true });
});
