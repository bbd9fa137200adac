/** A server on this machine that sends a file so slowly that there is time to kill who fetches it. */

/** A server that runs. */
export interface SlowServer extends AsyncDisposable {
  /** Where the file is. */
  url: string;
  /** Requests so far. */
  requests(): number;
}

/** Bytes sent at a time, and the pause between, in milliseconds. */
const PIECE = 16_384, PAUSE = 4;

/** Serves a file, or what a range of it asks for. */
export function serveSlowly(content: Uint8Array): SlowServer {
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ headers }) => {
    requests++;
    const from = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? 0);
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    return new Response(piecesOf(content.subarray(from)), {
      status: from > 0 ? 206 : 200,
      headers: {
        etag: '"v1"',
        "content-length": String(content.length - from),
        ...(from > 0 && { "content-range": range }),
      },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/file.bin`,
    requests: () => requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function piecesOf(content: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((done) => setTimeout(done, PAUSE));
      controller.enqueue(content.slice(at, at += PIECE));
      if (at >= content.length) controller.close();
    },
  });
}
