/** A web server on this machine that can lie: it sends the bytes it is told to, and closes the connection. */

/** What a request asks for. */
export interface RawRequest {
  /** Its headers, names in lower case. */
  headers: Map<string, string>;
  /** Where its range begins; 0 without one. */
  from: number;
}

/** What is answered, as it stands. */
export interface RawAnswer {
  /** Status code. */
  status: number;
  /** Headers; no length is added. */
  headers?: Record<string, string | number>;
  /** Body. */
  body?: Uint8Array;
}

/** A server that runs. */
export interface RawServer extends AsyncDisposable {
  /** Its address. */
  url: string;
  /** The requests so far. */
  requests: RawRequest[];
}

/** Starts a server. */
export function serveRaw(answer: (request: RawRequest, index: number) => RawAnswer | Promise<RawAnswer>): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: RawRequest[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      const request = parse(await readHead(connection).catch(() => "")); // the client may be gone already
      requests.push(request);
      const said = await answer(request, requests.length - 1);
      await reply(connection, said).catch(() => {});
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/file.bin`,
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function readHead(connection: Deno.Conn): Promise<string> {
  const piece = new Uint8Array(4096);
  let head = "";
  for (let read; !head.includes("\r\n\r\n") && (read = await connection.read(piece)) !== null;) {
    head += new TextDecoder().decode(piece.subarray(0, read));
  }
  return head;
}

function parse(head: string): RawRequest {
  const lines = head.split("\r\n").slice(1).filter((line) => line.includes(": "));
  const headers = new Map(lines.map((line) => [line.split(": ")[0].toLowerCase(), line.slice(line.indexOf(": ") + 2)]));
  return { headers, from: Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0) };
}

async function reply(
  connection: Deno.Conn,
  { status, headers = {}, body = new Uint8Array() }: RawAnswer,
): Promise<void> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(`HTTP/1.1 ${status} Said\r\n${lines}connection: close\r\n\r\n`);
  for (const bytes of [head, body]) {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }
}
