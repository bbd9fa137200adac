import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { type Download, download } from "../../lib/files/download.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { type RawAnswer, type RawRequest, type RawServer, serveRaw } from "./raw_server.ts";

const content = new Uint8Array(300_000).map((_, i) => (i * 31 + (i >> 8)) % 256);
const md5 = createHash("md5").update(content).digest("hex");
const sha256 = createHash("sha256").update(content).digest("hex");

/** An honest answer to a request, with or without a range. */
function honest({ from }: RawRequest, headers: Record<string, string> = {}): RawAnswer {
  const body = content.subarray(from), length = { "content-length": body.length, ...headers };
  if (from === 0) return { status: 200, headers: length, body };
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  return { status: 206, headers: { ...length, "content-range": range }, body };
}

/** The honest headers, but only so many bytes of the body. */
function brokenAfter(bytes: number, answer: RawAnswer): RawAnswer {
  return { ...answer, body: answer.body!.subarray(0, bytes) };
}

/**
 * One test: a folder, a silent progress bar, pauses cut to a fiftieth, and in the end nothing else in the folder than
 * what is named.
 */
async function inFolder(left: string[], act: (path: string) => Promise<void>, patience = 60_000): Promise<void> {
  const folder = await Deno.makeTempDir(), error = console.error, wait = globalThis.setTimeout;
  console.error = () => {};
  const shorter = (act: () => void, ms = 0) => wait(act, ms === 60_000 ? patience : ms / 50);
  globalThis.setTimeout = shorter as typeof setTimeout;
  try {
    await act(`${folder}/file.bin`);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assertEquals(names, left);
  } finally {
    globalThis.setTimeout = wait;
    console.error = error;
    await Deno.remove(folder, { recursive: true });
  }
}

function file(server: RawServer | string, path: string, more: Partial<Download> = {}): Download {
  const url = typeof server === "string" ? server : server.url;
  return { url, path, bytes: content.length, md5, sha256, label: "the file", ...more };
}

Deno.test("download puts the file in its place, and does not ask again", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request) => honest(request));
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    await download(file(server, path));
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("download goes on where the connection broke off, on the condition that the file is the same", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request, i) => {
      const answer = honest(request, { etag: '"v1"' });
      return i < 2 ? brokenAfter(100_000, answer) : answer;
    });
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.map(({ from }) => from), [0, 100_000, 200_000]);
    assertEquals(server.requests.map(({ headers }) => headers.get("if-range")), [undefined, '"v1"', '"v1"']);
  });
});

Deno.test("a later process goes on with what an earlier one left", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request) => honest(request));
    await Deno.writeFile(`${path}.part`, content.subarray(0, 123_456));
    await Deno.writeTextFile(`${path}.part.from`, `${server.url}\n`);
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.map(({ from }) => from), [123_456]);
  });
});

Deno.test("what was left of another address is not gone on with", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request) => honest(request));
    await Deno.writeFile(`${path}.part`, new Uint8Array(1000));
    await Deno.writeTextFile(`${path}.part.from`, "http://127.0.0.1/other\n");
    await download(file(server, path));
    assertEquals(server.requests.map(({ from }) => from), [0]);
  });
});

Deno.test("without a checksum, a part that cannot be recognised again is not gone on with", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request, i) => i === 0 ? brokenAfter(1000, honest(request)) : honest(request));
    await download(file(server, path, { md5: undefined, sha256: undefined }));
    assertEquals(server.requests.map(({ from }) => from), [0, 0]);
  });
});

Deno.test("a server that ignores ranges is asked for the whole", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request, i) => {
      const answer = honest({ ...request, from: 0 });
      return i === 0 ? brokenAfter(200_000, answer) : answer;
    });
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.map(({ from }) => from), [0, 200_000]);
  });
});

Deno.test("a server that sends another range than asked for is asked for the whole", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request, i) => {
      if (i === 0) return brokenAfter(200_000, honest(request));
      return honest({ ...request, from: request.from && request.from - 50_000 });
    });
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.map(({ from }) => from), [0, 200_000, 0]);
  });
});

Deno.test("a part that is longer than the file is thrown away", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request) =>
      request.from < content.length
        ? honest(request)
        : { status: 416, headers: { "content-range": `bytes */${content.length}` } }
    );
    await Deno.writeFile(`${path}.part`, new Uint8Array(content.length + 5));
    await Deno.writeTextFile(`${path}.part.from`, `${server.url}\n`);
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
  });
});

Deno.test("a busy server is asked again, three times at most", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw((request, i) => i === 0 ? { status: 503 } : honest(request));
    await download(file(server, path));
    assertEquals(server.requests.length, 2);
  });
  await inFolder([], async (path) => {
    await using server = serveRaw(() => ({ status: 503 }));
    await assertRejects(() => download(file(server, path)), UserError, "the server answers 503");
    assertEquals(server.requests.length, 4);
  });
});

Deno.test("a file that the server does not have is not asked for again", async () => {
  await inFolder([], async (path) => {
    await using server = serveRaw(() => ({ status: 404 }));
    const error = await assertRejects(() => download(file(server, path)), UserError, "the server answers 404");
    assertStringIncludes(error.message, `put it at ${path} (300000 bytes, md5 ${md5}, sha256 ${sha256})`);
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("wrong bytes are deleted, and both checksums are told", async () => {
  const wrong = content.slice();
  wrong[150_000] ^= 1;
  await inFolder([], async (path) => {
    await using server = serveRaw((request) => ({ ...honest(request), body: wrong }));
    const error = await assertRejects(() => download(file(server, path)), UserError);
    const actual = createHash("md5").update(wrong).digest("hex");
    assertStringIncludes(error.message, `sent a file with md5 ${actual}, expected ${md5}`);
    assertStringIncludes(error.message, "what arrived is deleted");
  });
  await inFolder([], async (path) => {
    await using server = serveRaw((request) => ({ ...honest(request), body: wrong }));
    await assertRejects(() => download(file(server, path, { md5: undefined })), UserError, `expected ${sha256}`);
  });
});

Deno.test("a server that announces another length is not believed", async () => {
  for (const length of [content.length - 1000, content.length + 1000]) {
    await inFolder([], async (path) => {
      await using server = serveRaw((request) => honest(request, { "content-length": String(length) }));
      const error = await assertRejects(() => download(file(server, path)), UserError);
      assertStringIncludes(error.message, `has ${length} bytes, expected 300000`);
    });
  }
});

Deno.test("a server that announces too little, to one who knows only the checksum, is found out by it", async () => {
  await inFolder([], async (path) => {
    await using server = serveRaw((request) => honest(request, { "content-length": "1000" }));
    await assertRejects(() => download(file(server, path, { bytes: undefined })), UserError, `expected ${md5}`);
  });
});

Deno.test("a server that announces no length and sends too much is stopped", async () => {
  await inFolder([], async (path) => {
    const body = new Uint8Array(5_000_000);
    await using server = serveRaw(() => ({ status: 200, body }));
    await assertRejects(() => download(file(server, path)), UserError, "sends more than 300000 bytes");
  });
});

Deno.test("a connection that always breaks off at the same place is given up, and its part is kept", async () => {
  await inFolder(["file.bin.part", "file.bin.part.from"], async (path) => {
    await using server = serveRaw((request) => brokenAfter(request.from === 0 ? 1000 : 0, honest(request)));
    const error = await assertRejects(() => download(file(server, path)), UserError, "broke off");
    assertStringIncludes(error.message, "fetch http://127.0.0.1");
    assertEquals(server.requests.map(({ from }) => from), [0, 1000, 1000, 1000, 1000]);
  });
});

Deno.test("without a network the message says what to fetch and where to put it", async () => {
  const server = serveRaw(() => ({ status: 200 }));
  await server[Symbol.asyncDispose](); // nobody listens there any more
  await inFolder([], async (path) => {
    const error = await assertRejects(() => download(file(server, path)), UserError, "the file: ");
    assertStringIncludes(error.message, "no answer");
    assertStringIncludes(error.message, `fetch ${server.url} by other means and put it at ${path}`);
  });
});

Deno.test("a file that was put there by hand is checked", async () => {
  await inFolder(["file.bin"], async (path) => {
    await Deno.writeFile(path, content.subarray(1));
    const message = "file.bin: 299999 bytes, expected 300000. The file is damaged or another: delete it and run again.";
    await assertRejects(() => download(file("http://127.0.0.1:9/", path)), UserError, message);
    await Deno.writeFile(path, content);
    await download(file("http://127.0.0.1:9/", path));
  });
});

Deno.test("a full disk leaves nothing half-written and is said to be full", async () => {
  await inFolder([], async (path) => {
    await using server = serveRaw((request) => honest(request));
    const write = Deno.FsFile.prototype.write;
    Deno.FsFile.prototype.write = function (bytes) {
      if (bytes.length < 1000) return write.call(this, bytes); // the lock and the notes still fit
      return Promise.reject(new Error("No space left on device (os error 28)"));
    };
    try {
      await assertRejects(() => download(file(server, path)), UserError, "no space left on the disk");
    } finally {
      Deno.FsFile.prototype.write = write;
    }
  });
});

Deno.test("a server that falls silent is given up and asked again", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw(async (request, i) => {
      if (i === 0) await new Promise((done) => setTimeout(done, 25_000)); // half a second here
      return honest(request);
    });
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assert(server.requests.length > 1);
  }, 300);
});

Deno.test("of two that want the same file, one waits and then finds it", async () => {
  await inFolder(["file.bin"], async (path) => {
    await using server = serveRaw(async (request) => {
      await new Promise((done) => setTimeout(done, 50));
      return honest(request);
    });
    await Promise.all([download(file(server, path)), download(file(server, path))]);
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("a process that is killed in a download leaves a part that the next one completes", async () => {
  await inFolder(["file.bin"], async (path) => {
    let sent = () => {};
    const half = new Promise<void>((go) => sent = go);
    await using server = serveRaw((request, i) => {
      if (i > 0) return honest(request, { etag: '"v1"' });
      return brokenAfter(100_000, honest(request, { etag: '"v1"' }));
    });
    const folder = path.slice(0, path.lastIndexOf("/"));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
        `--allow-read=${folder}`,
        `--allow-write=${folder}`,
        "--allow-net=127.0.0.1",
        "--allow-sys=hostname",
        "-",
      ],
      stdin: "piped",
      stderr: "null",
    }).spawn();
    const input = child.stdin.getWriter();
    await input.write(new TextEncoder().encode(`
      import { download } from ${JSON.stringify(new URL("../../lib/files/download.ts", import.meta.url).href)};
      globalThis.setTimeout = () => 0; // the pause after the break never ends
      setInterval(() => {}, 1000);
      await download(${JSON.stringify(file(server, path))});`));
    await input.close();
    const poll = setInterval(async () => {
      const size = await Deno.stat(`${path}.part`).then((part) => part.size, () => 0);
      if (size === 100_000) sent();
    }, 10);
    await half;
    clearInterval(poll);
    child.kill("SIGKILL");
    await child.status;
    assert(await Deno.stat(`${path}.lock`), "the dead process's lock file is still there");
    await download(file(server, path));
    assertEquals(await Deno.readFile(path), content);
    assertEquals(server.requests.map(({ from }) => from), [0, 100_000]);
  });
});
