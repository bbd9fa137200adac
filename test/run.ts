/**
 * Runs everything that can fail: the tests of `test/`, the examples in the doc comments of `lib/`, and the own specs
 * of tfjs-core and tfjs-node on this project's engine.
 *
 *     deno task test
 *
 * Ends with a line `N passed, N failed` over all of them; exit code 1 if any failed.
 */
import { join } from "node:path";

interface Count {
  passed: number;
  failed: number;
}

const ROOT = new URL("..", import.meta.url).pathname;
/** What the tests need: files, servers on this machine, TensorFlow, and programs (Deno, Python, esbuild). */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-ffi",
  "--allow-run",
  "--allow-net=127.0.0.1,localhost",
];

/** Sums of deno's report; an absent one means that the tests did not start, or did not end. */
function countsOf(junit: string | undefined, succeeded: boolean): Count {
  const total = (name: string) => Number(junit?.match(new RegExp(`<testsuites[^>]* ${name}="(\\d+)"`))?.[1] ?? 0);
  const failed = total("failures") + total("errors");
  const skipped = junit?.match(/<skipped\b/g)?.length ?? 0;
  return { passed: total("tests") - failed - skipped, failed: succeeded ? failed : Math.max(1, failed) };
}

async function denoTest(): Promise<Count> {
  const folder = await Deno.makeTempDir();
  try {
    const junit = join(folder, "junit.xml");
    // types are `deno check`'s work, a quarter of a minute more here
    const args = ["test", "--doc", "--no-check", "--no-prompt", ...PERMISSIONS, `--junit-path=${junit}`, "lib", "test"];
    const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).spawn().status;
    return countsOf(await Deno.readTextFile(junit).catch(() => undefined), success);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Shows what tfjs's specs print, and reads the line that they end with. */
async function engineSuite(): Promise<Count> {
  console.log("\nrunning tfjs-core's and tfjs-node's specs");
  const args = ["run", "--no-prompt", ...PERMISSIONS, "test/engine/suite/run.ts"];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "piped" }).spawn();
  let last = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    last = (last + text).slice(-200);
  }
  const [, passed = 0, failed = 0] = (last.match(/(\d+) passed, (\d+) failed, \d+ skipped\n$/) ?? []).map(Number);
  const { success } = await child.status;
  return { passed, failed: success ? failed : Math.max(1, failed) };
}

const counts = [await denoTest(), await engineSuite()];
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
