/** The page that follows a run, asked over a real connection as other sites, and people with odd paths, would ask it. */
import { join } from "node:path";
import { watch } from "../../lib/report/watch_task.ts";
import type { Row, Subject } from "./subject.ts";

/** What stands in no file that the page may show. */
const SECRET = "known to nobody else";

/** Asks for what must not be given. */
export const page: Subject = {
  name: "served-page",
  claim: "The page that follows a run answers its own machine, its own page, and from its own folder only.",
  counts: { full: 1, short: 1 },
  async run({ tick }) {
    const above = await Deno.makeTempDir(), folder = join(above, "run");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(above, "secret"), `${SECRET}\n`);
    const port = freePort(), stop = new AbortController(), log = console.log;
    console.log = () => {}; // its address
    const ended = watch([folder, "--port", String(port)], stop.signal);
    const rows: Row[] = [];
    try {
      await whenUp(port);
      rows.push(await headersRow(port), await pathsRow(port), await linksRow(port, folder, above));
      rows.push(...await interfacesRow(port));
    } finally {
      stop.abort();
      await ended;
      console.log = log;
      await Deno.remove(above, { recursive: true });
    }
    tick(1);
    return rows;
  },
};

async function headersRow(port: number): Promise<Row> {
  const others = ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "[::]", ""];
  const own = `127.0.0.1:${port}`;
  const asked: [headers: Record<string, string>, status: number][] = [
    ...others.map((host): [Record<string, string>, number] => [{ host }, 403]),
    ...["https://evil.example", `http://evil.example:${port}`, "null", `http://127.0.0.1:${port + 1}`].map(
      (origin): [Record<string, string>, number] => [{ host: own, origin }, 403],
    ),
    [{ host: own }, 200],
    [{ host: own, origin: `http://${own}` }, 200],
  ];
  const faults: string[] = [];
  for (const [headers, status] of asked) {
    const found = await ask(port, "/log", headers);
    if (found.status !== status) faults.push(`${JSON.stringify(headers)}: ${found.status}, expected ${status}`);
  }
  return { what: "other Host and Origin", tried: asked.length, faults, note: "" };
}

async function pathsRow(port: number): Promise<Row> {
  const dots = ["..", "%2e%2e", "%2E.", "..%2f", "..%5c", "%252e%252e", "%c0%ae%c0%ae", "....//", "..;", "\\.."];
  const paths = [
    ...dots.flatMap((up) => [`/${up}/secret`, `/log/${up}/${up}/secret`, `/${up}/${up}/${up}/${up}/etc/passwd`]),
    ...[
      "//secret",
      "/secret",
      "/run",
      "/log.jsonl",
      "/checkpoint.safetensors",
      "file:///etc/passwd",
      "/%00",
      "/log%00",
    ],
  ];
  const faults: string[] = [];
  for (const path of paths) {
    const { status, text } = await ask(port, path, { host: `127.0.0.1:${port}` });
    if (text.includes(SECRET) || text.includes("root:")) faults.push(`${path} gives another file`);
    else if (status === 200 || status >= 500) faults.push(`${path}: ${status}`);
  }
  return { what: "paths out of the folder", tried: paths.length, faults, note: "" };
}

async function linksRow(port: number, folder: string, above: string): Promise<Row> {
  const faults: string[] = [];
  const names = ["log.jsonl", "checkpoint.safetensors", "preview.npy"];
  for (const name of names) await Deno.symlink(join(above, "secret"), join(folder, name));
  for (const path of ["/log", "/log?from=0", "/maps.png"]) {
    const { status, text } = await ask(port, path, { host: `127.0.0.1:${port}` });
    if (text.includes(SECRET)) faults.push(`${path} follows a link out of the folder`);
    else if (status !== 403) faults.push(`${path}: ${status}, expected 403`);
  }
  return { what: "links out of the folder", tried: names.length, faults, note: "" };
}

/** No other address of this machine answers, as far as this process may ask: the tests may not. */
async function interfacesRow(port: number): Promise<Row[]> {
  const mayAsk = (host: string) =>
    Deno.permissions.querySync({ name: "net", host: `${host}:${port}` }).state === "granted";
  const addresses = [...new Set(Deno.networkInterfaces().map(({ address }) => address))]
    .filter((address) => address !== "127.0.0.1" && mayAsk(address.includes(":") ? `[${address}]` : address));
  if (addresses.length === 0) return [];
  const faults: string[] = [];
  for (const hostname of addresses) {
    const connection = await Deno.connect({ hostname, port }).catch(() => null);
    if (connection !== null) faults.push(`${hostname} answers`);
    connection?.close();
  }
  return [{ what: "other addresses of the machine", tried: addresses.length, faults, note: "" }];
}

/** Asks with a request line and headers as they are: fetch would tidy them up. */
async function ask(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\n${lines}connection: close\r\n\r\n`));
  const bytes = await new Response(connection.readable).arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 400), text };
}

async function whenUp(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
    connection?.close();
    if (connection !== null) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
