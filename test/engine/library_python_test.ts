import { assertEquals, assertMatch } from "@std/assert";
import { installedTensorFlow, pipDownload, pipFault, pythonFacts } from "../../lib/engine/library_python.ts";
import { serveRaw } from "../files/raw_server.ts";
import { fakeInstallation, fakePython, fakeWheel, FILE, newFolder } from "./fake_wheel.ts";

/** Last lines of what pip 19.3, 20.0, 23.2 and 26.3 wrote to standard error, paths and addresses shortened. */
const faults: [what: string, said: string, message: RegExp][] = [
  ["no pip", "ImportError: No module named pip", /python3 has no pip/],
  ["no pip, named by python -m", "/usr/bin/python3: No module named pip", /has no pip/],
  ["a full disk", "    content_file.write(chunk)\nOSError: [Errno 28] No space left on device", /disk is full/],
  [
    "a full disk, in few words",
    "ERROR: Could not install packages: [Errno 122] Disk quota exceeded",
    /quota is reached/,
  ],
  [
    "a wrong hash",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package\n" +
    "        Expected sha256 3b84\n             Got        2b84",
    /wrong SHA-256/,
  ],
  [
    "a refused connection (pip 19 to 23)",
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<HTTPConnection>: Failed to " +
    "establish a new connection: [Errno 111] Connection refused',)': /simple/\n" +
    "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    /could not reach/,
  ],
  [
    "an unknown host (pip 26)",
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NameResolutionError(\"HTTPSConnection: Failed to " +
    "resolve 'x' ([Errno -2] Name or service not known)\")': /simple/\n" +
    "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    /could not reach/,
  ],
  [
    "a certificate of a proxy",
    "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: " +
    "CERTIFICATE_VERIFY_FAILED] certificate verify failed'))': /simple/\nERROR: No matching distribution found",
    /certificate/,
  ],
  [
    "an index without the wheel",
    "ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: none)\n" +
    "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    /does not hold this wheel/,
  ],
  ["anything else", "Traceback\nValueError: what pip says\n", /python3's pip failed: ValueError: what pip says$/],
  ["silence", "", /said nothing/],
];
for (const [what, said, message] of faults) {
  Deno.test(`pip's failure by ${what} is told in a plain sentence`, () => {
    assertMatch(pipFault(said, "python3").message, message);
  });
}

Deno.test("another Python is tried where this one has no pip, but not where the network or the hash is at fault", () => {
  assertEquals(pipFault(faults[0][1], "python3").mendedByAnotherPython, true);
  assertEquals(pipFault(faults[4][1], "python3").mendedByAnotherPython, false);
});

Deno.test("an installed TensorFlow is found with its version and folder, without importing it", async () => {
  const installation = await fakeInstallation("2.21.3");
  await Deno.writeTextFile(`${installation}/tensorflow/__init__.py`, "raise SystemExit('imported')");
  const python = await fakePython({ PYTHONPATH: installation });
  assertEquals(await installedTensorFlow(["no-such-python", python]), {
    python,
    version: "2.21.3",
    directory: `${installation}/tensorflow`,
  });
});

Deno.test("a Python that ends with an error, or says something else, has no TensorFlow", async () => {
  const script = `${await newFolder()}/python3`;
  await Deno.writeTextFile(script, "#!/bin/sh\necho 'pyenv: python3: command not found'\nexit 127\n");
  await Deno.chmod(script, 0o755);
  assertEquals(await installedTensorFlow([script]), undefined);
});

const [major, minor] = ((await pythonFacts())?.pip ?? "0.0").split(".").map(Number);

Deno.test({
  name: "where the connection breaks off, pip goes on from there",
  ignore: major < 25 || (major === 25 && minor < 1), // older ones begin the wheel anew
  async fn() {
    const { folder, wheel } = await fakeWheel();
    const bytes = await Deno.readFile(`${folder}/${FILE}`);
    const length = bytes.length, half = Math.floor(length / 2);
    await using server = serveRaw(({ from }, i) => {
      const page = new TextEncoder().encode(`<a href="/${FILE}">${FILE}</a>`);
      if (i === 0) {
        return { status: 200, headers: { "content-type": "text/html", "content-length": page.length }, body: page };
      }
      const headers = { etag: '"v1"', "accept-ranges": "bytes", "content-length": length - from };
      if (from === 0) return { status: 200, headers, body: bytes.subarray(0, half) };
      const range = { "content-range": `bytes ${from}-${length - 1}/${length}` };
      return { status: 206, headers: { ...headers, ...range }, body: bytes.subarray(from) };
    });
    const python = await fakePython({
      PIP_INDEX_URL: new URL("/simple", server.url).href,
      PYTHONPATH: Deno.env.get("PYTHONPATH") ?? "", // the pip that was asked for its version
    });
    const path = await pipDownload(wheel, await newFolder(), [python]);
    assertEquals(await Deno.readFile(path), bytes);
    assertEquals(server.requests.map(({ from }) => from), [0, 0, half]);
  },
});

Deno.test("where Deno may start no Python, the permission is named, not a Python that is absent", async () => {
  const module = new URL("../../lib/engine/library_python.ts", import.meta.url).href;
  const folder = await newFolder();
  const script = `
    import { pipDownload } from ${JSON.stringify(module)};
    const wheel = { name: "a", version: "1", sha256: "0", python: "3", abi: "none", platform: "any", bytes: 1 };
    await pipDownload(wheel, ${JSON.stringify(folder)}).catch((error) => console.log(error.message));`;
  const config = `--config=${new URL("../../deno.json", import.meta.url).pathname}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", config, "--allow-read", "--allow-write", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Blob([script]).stream().pipeTo(child.stdin);
  const { stdout } = await child.output();
  assertMatch(
    new TextDecoder().decode(stdout),
    /^Deno's permissions let no Python start, .*: give --allow-run=python3\.$/m,
  );
});
