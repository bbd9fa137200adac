/** The page that follows a run, request by request. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { type NamedArray, sealSafetensors } from "../../lib/files/safetensors.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { logPart, watchHandler } from "../../lib/report/watch.ts";
import { watch } from "../../lib/report/watch_task.ts";
import { writePreview } from "../../lib/training/preview.ts";
import { writeAtomic } from "../../lib/files/atomic.ts";
import { CHECKPOINT_FORMAT } from "../../lib/training/checkpoint.ts";

const parts = { plotly: "// plotly", script: "// script", style: "/* style */" };

async function folder(): Promise<string> {
  return `${await Deno.makeTempDir()}/<b>run`;
}

function asking(directory: string) {
  const handler = watchHandler(directory, parts);
  return (path: string, { host = "127.0.0.1:8787", method = "GET" } = {}) =>
    handler(new Request(`http://127.0.0.1:8787${path}`, { method, headers: { host } }));
}

async function checkpointIn(directory: string): Promise<void> {
  const data = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 64) / 63);
  const metadata = { format: CHECKPOINT_FORMAT, run: "{}", state: "{}" };
  const maps: NamedArray = { dtype: "F32", shape: [3, 8, 8], data };
  await writeAtomic(`${directory}/checkpoint.safetensors`, sealSafetensors(new Map([["bank.maps", maps]]), metadata));
}

Deno.test("an empty folder is a run that has not begun; its name is text", async () => {
  const directory = await folder();
  await Deno.mkdir(directory);
  const ask = asking(directory);
  const page = await (await ask("/")).text();
  assertStringIncludes(page, "<h1>&lt;b&gt;run</h1>");
  assertEquals(await (await ask("/log?from=0")).json(), { lines: [], next: 0 });
  assertEquals((await ask("/maps.png")).status, 204);
  assertEquals(await (await ask("/script.js")).text(), parts.script);
});

Deno.test("a log comes in whole lines, each once, also while it is written, and from its start when it was begun anew", async () => {
  const path = `${await Deno.makeTempDir()}/log.jsonl`;
  await Deno.writeTextFile(path, '{"step":0}\n{"step":1}\n{"st');
  const first = await logPart(path, 0);
  assertEquals(first, { lines: ['{"step":0}', '{"step":1}'], next: 22 });
  assertEquals(await logPart(path, first.next), { lines: [], next: 22 });
  await Deno.writeTextFile(path, 'ep":2}\n', { append: true });
  assertEquals(await logPart(path, first.next), { lines: ['{"step":2}'], next: 33 });
  await Deno.writeTextFile(path, '{"new":1}\n');
  assertEquals(await logPart(path, 33), { lines: ['{"new":1}'], next: 10 });
});

Deno.test("maps come from the last checkpoint; a damaged one is told, and the page lives on", async () => {
  const directory = await folder();
  await Deno.mkdir(directory);
  await checkpointIn(directory);
  const ask = asking(directory);
  assertEquals((await ask("/maps.png")).status, 204); // the run's images are not there yet
  const images = Uint8Array.from({ length: 3 * 8 * 8 * 3 }, (_, i) => i % 256);
  const numbers = Int32Array.of(0, 1, 2);
  await writePreview(directory, { name: "train", side: 8, images, labels: numbers, index: numbers });
  const maps = await ask("/maps.png");
  assertEquals([maps.status, maps.headers.get("content-type")], [200, "image/png"]);
  assertEquals([...new Uint8Array(await maps.arrayBuffer()).subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
  const path = `${directory}/checkpoint.safetensors`;
  await Deno.truncate(path, 100);
  const damaged = await ask("/maps.png");
  assertEquals(damaged.status, 409);
  assertMatch(await damaged.text(), /this checkpoint is damaged/);
  assertEquals((await ask("/")).status, 200);
});

Deno.test("other hosts, methods and paths get nothing", async () => {
  const ask = asking(await folder());
  for (const host of ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8787", ""]) {
    assertEquals((await ask("/", { host })).status, 403, host);
  }
  for (const host of ["localhost:8787", "127.0.0.1", "[::1]:1"]) assertEquals((await ask("/", { host })).status, 200);
  assertEquals((await ask("/", { method: "POST" })).status, 405);
  for (const path of ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/log.jsonl", "/checkpoint.safetensors"]) {
    assertEquals((await ask(path)).status, 404, path);
  }
  assertEquals((await ask("/log?from=-1")).status, 400);
  const { headers } = await ask("/");
  assertMatch(headers.get("content-security-policy")!, /^default-src 'self'/);
  assertEquals(headers.get("access-control-allow-origin"), null);
});

Deno.test("another page's request gets nothing, and no link is followed out of the folder", async () => {
  const above = await Deno.makeTempDir(), directory = `${above}/run`;
  await Deno.mkdir(directory);
  const handler = watchHandler(directory, parts);
  const own = "127.0.0.1:8787";
  const ask = (path: string, headers = {}) =>
    handler(new Request(`http://${own}${path}`, { headers: { host: own, ...headers } }));
  assertEquals((await ask("/log", { origin: `http://${own}` })).status, 200);
  for (const origin of ["https://evil.example", "http://127.0.0.1:8788", "null"]) {
    assertEquals((await ask("/log", { origin })).status, 403, origin);
  }
  await Deno.writeTextFile(`${above}/secret`, "secret\n");
  for (
    const [name, path] of [["log.jsonl", "/log"], ["checkpoint.safetensors", "/maps.png"], ["preview.npy", "/maps.png"]]
  ) {
    await Deno.symlink(`${above}/secret`, `${directory}/${name}`);
    const refused = await ask(path);
    assertEquals(refused.status, 403);
    assertMatch(await refused.text(), new RegExp(`^${name} is a link out of the run's folder`));
    await Deno.remove(`${directory}/${name}`);
  }
  await Deno.writeTextFile(`${directory}/other.jsonl`, '{"step":0}\n');
  await Deno.symlink("other.jsonl", `${directory}/log.jsonl`);
  assertEquals((await (await ask("/log")).json()).lines.length, 1);
  await Deno.remove(above, { recursive: true });
});

Deno.test("a folder that is not there, a file, and a port in use are refused; a stop ends the server", async () => {
  const directory = await Deno.makeTempDir();
  const never = new AbortController().signal;
  const refused = async (...args: string[]) => (await assertRejects(() => watch(args, never), UserError)).message;
  assertMatch(await refused(`${directory}/none`), /cannot read: it does not exist/);
  await Deno.writeTextFile(`${directory}/file`, "");
  assertMatch(await refused(`${directory}/file`), /: is a file\. Give the run's folder/);
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr as Deno.NetAddr;
  assertMatch(await refused(directory, "--port", "65536"), /^--port 65536: give a number up to 65535\./);
  assertMatch(
    await refused(directory, "--port", String(port)),
    new RegExp(`^Port ${port} is in use\\. Choose another`),
  );
  other.close();
  const stop = new AbortController();
  const ended = watch([directory, "--port", String(port)], stop.signal);
  const answer = await fetchWhenUp(`http://127.0.0.1:${port}/log`);
  assert(answer.ok);
  await answer.body?.cancel();
  stop.abort();
  await ended;
});

async function fetchWhenUp(url: string): Promise<Response> {
  for (let tries = 0;; tries++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
