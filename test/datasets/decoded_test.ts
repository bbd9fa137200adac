import { assert, assertEquals } from "@std/assert";
import { commandOf, start } from "../experiment/child.ts";

const script = new URL("decode_child.ts", import.meta.url).pathname;

Deno.test("of several processes one decodes; when it is killed another does, and the rest take what that one made", async () => {
  const folder = await Deno.makeTempDir(), list = `${folder}/list`;
  await Deno.writeTextFile(list, "");
  const decoders = async () => (await Deno.readTextFile(list)).trim().split("\n").filter((line) => line !== "");
  const processes = [1, 2, 3].map(() => start(commandOf(script, [`${folder}/cache`, list])));
  while ((await decoders()).length < 3) await new Promise((done) => setTimeout(done, 10));
  const [first] = await decoders();
  const killed = processes.find(({ child }) => String(child.pid) === first)!;
  killed.child.kill("SIGKILL");

  const ends = await Promise.all(processes.map(({ ended }) => ended));
  const rest = ends.filter((_, k) => processes[k] !== killed);
  const expected = Array.from({ length: 20 }, (_, k) => [k, 2 * k, 3 * k]).flat().join();
  for (const { code, output, errors } of rest) assertEquals([code, output.trim()], [0, expected], errors);
  const all = await decoders(), others = all.filter((pid) => pid !== first);
  assert(all.length - others.length < 20);
  assertEquals(others, Array(20).fill(others[0]));
  const left = (await Array.fromAsync(Deno.readDir(`${folder}/cache/datasets`), ({ name }) => name)).sort();
  assertEquals(left, ["CACHEDIR.TAG", "made-up.safetensors"]);
  await Deno.remove(folder, { recursive: true });
});
