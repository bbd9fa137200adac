import { assert, assertEquals, assertLess, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  findLibrary,
  libraryEnvironment,
  type LibraryOptions,
  presentLibrary,
  versionFits,
} from "../../lib/engine/library.ts";
import { type Build, buildFor } from "../../lib/engine/library_builds.ts";
import { UserError } from "../../lib/files/user_error.ts";
import {
  BUILD,
  content,
  fakeBuild,
  fakeInstallation,
  fakePython,
  fakeWheel,
  FILE,
  LIBRARIES,
  newFolder,
} from "./fake_wheel.ts";

/** Runs a test with an empty cache of its own. */
function cacheTest(name: string, run: (home: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const before = Deno.env.get("BACKMIX_HOME");
    const home = await newFolder();
    Deno.env.set("BACKMIX_HOME", home);
    try {
      await run(home);
    } finally {
      if (before === undefined) Deno.env.delete("BACKMIX_HOME");
      else Deno.env.set("BACKMIX_HOME", before);
    }
  });
}

/** Names of what lies in the library's folder of the cache, and in its `lib`. */
function inCache(home: string): string[] {
  const list = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);
  const folder = join(home, "tensorflow-2.21.0");
  const names = list(folder);
  return [...names, ...(names.includes("lib") ? list(join(folder, "lib")).map((name) => `lib/${name}`) : [])].sort();
}

const COMPLETE = ["CACHEDIR.TAG", "lib", "lib/complete.json", ...LIBRARIES.map((name) => `lib/${name}`)];

/** Starts a process of its own with the permissions that finding the library needs, and no more. */
function startFinding(home: string, build: Build, python: string): Deno.ChildProcess {
  const script = fileURLToPath(new URL("./find_library.ts", import.meta.url));
  const permissions = [
    "--allow-env=TENSORFLOW_LIB,BACKMIX_HOME,XDG_CACHE_HOME,HOME",
    "--allow-read",
    "--allow-write",
    "--allow-sys=hostname",
    `--allow-run=${python}`,
  ];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...permissions, script, JSON.stringify(build), python],
    env: { BACKMIX_HOME: home, TENSORFLOW_LIB: "" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function found(child: Deno.ChildProcess) {
  const { stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stderr);
  assert(stdout.length > 0, said);
  return { source: JSON.parse(new TextDecoder().decode(stdout)).source, said };
}

Deno.test("TENSORFLOW_LIB names the library's folder, or the library", async () => {
  const directory = join(await fakeInstallation("2.21.0"), "tensorflow");
  for (const named of [directory, `${directory}/`, join(directory, "libtensorflow_cc.so.2")]) {
    assertEquals(await findLibrary({ named }), { directory, source: "TENSORFLOW_LIB" });
  }
});

Deno.test("a TENSORFLOW_LIB that holds no library is refused by name, not passed over", async () => {
  const named = await newFolder();
  const error = await assertRejects(() => findLibrary({ named }), UserError);
  assertStringIncludes(error.message, `${named} does not hold libtensorflow_cc.so.2 and libtensorflow_framework.so.2`);
});

cacheTest("a TensorFlow of Python is used where its version fits, and nothing is fetched", async (home) => {
  const installation = await fakeInstallation("2.21.1");
  const pythons = [await fakePython({ PYTHONPATH: installation })];
  assertEquals(await findLibrary({ named: "", pythons }), {
    directory: join(installation, "tensorflow"),
    version: "2.21.1",
    source: "python",
  });
  assertEquals([...Deno.readDirSync(home)], []);
});

Deno.test("patch releases of 2.21 fit, other versions and candidates do not", () => {
  for (const version of ["2.21.0", "2.21.1", "2.21.12"]) assert(versionFits(version), version);
  for (const version of ["2.20.0", "2.22.0", "2.2.1", "12.21.0", "2.21", "2.21.0rc1", ""]) {
    assert(!versionFits(version), version);
  }
});

cacheTest("the wheel is fetched by pip once, only the libraries stay, and the next start is quick", async (home) => {
  const { folder, build } = await fakeWheel();
  const python = await fakePython({ PIP_FIND_LINKS: folder });
  const directory = join(home, "tensorflow-2.21.0", "lib");
  assertEquals(await findLibrary({ named: "", build, pythons: [python] }), {
    directory,
    version: "2.21.0",
    source: "download",
  });
  assertEquals(inCache(home), COMPLETE);
  for (const name of LIBRARIES) assertEquals(await Deno.readFile(join(directory, name)), content(name));

  const start = performance.now();
  const again = await findLibrary({ named: "", build, pythons: [] });
  assertEquals(again, { directory, version: "2.21.0", source: "cache" });
  assertLess(performance.now() - start, 50);
});

cacheTest(
  "the CUDA build lies in the cache as in site-packages, where its RUNPATH looks for NVIDIA's libraries",
  async (home) => {
    const all = buildFor({ os: "linux", arch: "x86_64" }, "gpu:0")!;
    const named = ["cublas", "cuda_cupti", "cuda_nvcc", "cuda_nvrtc", "cuda_runtime", "cudnn", "cufft", "curand"]
      .concat("cusolver", "cusparse", "nccl", "nvjitlink");
    const places = named.map((name) =>
      (name === "cuda_nvcc" ? ["bin", "nvvm"] : ["lib"]).map((part) => `nvidia/${name}/${part}/`)
    );
    assertEquals(all.wheels.slice(1).map(({ files }) => files), places);
    // three of them stand for all, which are fetched alike: pip takes a second for each
    const wheels = all.wheels.filter(({ name }) => /^tensorflow|cudnn|nvcc/.test(name));
    const { folder, build } = await fakeBuild({ ...all, wheels });
    const pythons = [await fakePython({ PIP_FIND_LINKS: folder })];
    const options: LibraryOptions = { device: "gpu:0", named: "", build, pythons };
    const { directory, source } = await findLibrary(options);
    assertEquals([directory, source], [join(home, "tensorflow-2.21.0-cuda", "lib", "tensorflow"), "download"]);
    const fromTensorFlow = [
      "libtensorflow_cc.so.2",
      "libtensorflow_framework.so.2",
      "../nvidia/cudnn/lib/libnvidia-cudnn-cu12.so.12",
      "../nvidia/cuda_nvcc/bin/libnvidia-cuda-nvcc-cu12.so.12",
      "../nvidia/cuda_nvcc/nvvm/libnvidia-cuda-nvcc-cu12.so.12",
    ];
    for (const path of fromTensorFlow) assert(Deno.statSync(join(directory, path)).isFile, path);
    assertEquals([...Deno.readDirSync(join(home, "tensorflow-2.21.0-cuda"))].map(({ name }) => name).sort(), [
      "CACHEDIR.TAG",
      "lib",
    ]);
    assertEquals((await findLibrary({ ...options, pythons: [] })).source, "cache");
    await Deno.remove(join(directory, "../nvidia/cudnn"), { recursive: true });
    assertEquals(await presentLibrary({ ...options, pythons: [] }), undefined);
  },
);

cacheTest(
  "an attempt that broke off between two wheels goes on with the second, and keeps what it had",
  async (home) => {
    const all = buildFor({ os: "linux", arch: "x86_64" }, "gpu:0")!;
    const three = { ...all, wheels: all.wheels.slice(0, 3) };
    const { folder, build } = await fakeBuild(three);
    const [first, second] = build.wheels;
    const log = join(await newFolder(), "fetched");
    const noting = `if [ "$3" = download ]; then cut -d= -f1 "$6" >> '${log}'; fi`;
    const complete = await fakePython({ PIP_FIND_LINKS: folder }, noting);
    const withoutSecond = await newFolder();
    for (const { name } of Deno.readDirSync(folder)) {
      if (!name.startsWith(second.name.replaceAll("-", "_"))) {
        await Deno.copyFile(
          join(folder, name),
          join(withoutSecond, name),
        );
      }
    }
    const options: LibraryOptions = { device: "gpu:0", named: "", build };
    const cut = await fakePython({ PIP_FIND_LINKS: withoutSecond }, noting);
    await assertRejects(() => findLibrary({ ...options, pythons: [cut] }), UserError, "does not hold this wheel");
    const cache = join(home, all.folder);
    assertEquals([...Deno.readDirSync(join(cache, "part"))].map(({ name }) => name).sort(), ["lib", "unpacked.json"]);
    await Deno.mkdir(join(cache, "part/lib/nvidia/cublas/lib"), { recursive: true }); // as a kill while unpacking leaves it
    await Deno.writeTextFile(join(cache, `part/lib/nvidia/cublas/lib/lib${second.name}.so.12`), "half");

    const { directory } = await findLibrary({ ...options, pythons: [complete] });
    const names = (await Deno.readTextFile(log)).trim().split("\n");
    assertEquals(names, [first.name, second.name, second.name, build.wheels[2].name]);
    const path = join(directory, `../nvidia/cublas/lib/lib${second.name}.so.12`);
    assertEquals(await Deno.readFile(path), content(`lib${second.name}.so.12`));
    assertEquals([...Deno.readDirSync(cache)].map(({ name }) => name).sort(), ["CACHEDIR.TAG", "lib"]);
  },
);

cacheTest(
  "before it fetches it says how much room that takes and how much there is, and does not begin without",
  async () => {
    const { folder, build } = await fakeWheel();
    const disk = (free: number) =>
      fakePython({ PIP_FIND_LINKS: folder }, `case "$2" in *disk_usage*) echo '{"free": ${free}}'; exit;; esac`);
    const { error } = console;
    const said: string[] = [];
    console.error = (line: string) => said.push(line);
    try {
      const full = { named: "", build: { ...build, wheels: BUILD.wheels }, pythons: [await disk(200e6)] };
      await assertRejects(
        () => findLibrary(full),
        UserError,
        "the disk has 0.2 GB free, too little for 0.3 GB of wheels",
      );
      assertMatch(said.join("\n"), /once \(274 MB; needs up to 1\.2 GB, 0\.2 GB are free\)/);
      assertEquals((await findLibrary({ named: "", build, pythons: [await disk(5e9)] })).source, "download");
    } finally {
      console.error = error;
    }
  },
);

cacheTest("a TensorFlow of Python is used on a GPU only with NVIDIA's libraries beside it", async () => {
  const installation = await fakeInstallation("2.21.0");
  const { build } = await fakeBuild({ ...BUILD, wheels: [] });
  const pythons = [await fakePython({ PYTHONPATH: installation })];
  const options: LibraryOptions = { device: "gpu:0", named: "", build, pythons };
  assertEquals(await presentLibrary(options), undefined);
  await Deno.mkdir(join(installation, "nvidia", "cudnn", "lib"), { recursive: true });
  assertEquals((await presentLibrary(options))?.source, "python");
});

cacheTest("looking for what is present fetches nothing and writes nothing", async (home) => {
  const { folder, build } = await fakeWheel();
  const pythons = [await fakePython({ PIP_FIND_LINKS: folder })];
  assertEquals(await presentLibrary({ named: "", build, pythons }), undefined);
  assertEquals([...Deno.readDirSync(home)], []);
});

cacheTest("a library that was cut off, taken out, or comes of another wheel is fetched again", async (home) => {
  const { folder, build } = await fakeWheel();
  const pythons = [await fakePython({ PIP_FIND_LINKS: folder })];
  const { directory } = await findLibrary({ named: "", build, pythons });
  const damages = [
    () => Deno.truncate(join(directory, LIBRARIES[0]), 5),
    () => Deno.remove(join(directory, LIBRARIES[1])),
    () => Deno.writeTextFile(join(directory, "complete.json"), JSON.stringify({ wheel: "0".repeat(64), sizes: {} })),
    () => Deno.writeTextFile(join(directory, "complete.json"), "{"),
  ];
  for (const damage of damages) {
    await damage();
    assertEquals((await findLibrary({ named: "", build, pythons })).source, "download");
    assertEquals(await Deno.readFile(join(directory, LIBRARIES[0])), content(LIBRARIES[0]));
    assertEquals(inCache(home), COMPLETE);
  }
});

/** Fails to find the library; returns the message, which must name the ways out. */
async function messageOf(home: string, build: Build, pythons: string[]): Promise<string> {
  const { message } = await assertRejects(() => findLibrary({ named: "", build, pythons }), UserError);
  for (const way of ["network", "pip install tensorflow-cpu==2.21.0", "TENSORFLOW_LIB", "BACKMIX_HOME"]) {
    assertStringIncludes(message, way);
  }
  assertEquals(message.includes("\n"), false);
  assertEquals(inCache(home), ["CACHEDIR.TAG"]); // nothing half-made
  return message;
}

/** The build with the real wheel's checksum, which the fake one does not have. */
function otherwise(build: Build): Build {
  return { ...build, wheels: [{ ...build.wheels[0], sha256: BUILD.wheels[0].sha256 }] };
}

cacheTest(
  "a message says which of Python, pip and wheel is missing, and the ways out",
  async (home) => {
    const { folder, build } = await fakeWheel();
    assertMatch(await messageOf(home, build, ["no-such-python"]), /no no-such-python to start/);
    const withoutPip = await fakePython({}, 'if [ "$3" = download ]; then echo No module named pip >&2; exit 1; fi');
    assertMatch(await messageOf(home, build, [withoutPip]), /has no pip/);
    assertMatch(await messageOf(home, build, [await fakePython()]), /does not hold this wheel/);
    const withWheel = await fakePython({ PIP_FIND_LINKS: folder });
    assertMatch(await messageOf(home, otherwise(build), [withWheel]), /wrong SHA-256/);
    assertEquals((await findLibrary({ named: "", build, pythons: [withoutPip, withWheel] })).source, "download");
  },
);

cacheTest("a cache that cannot be written is told with its place", async (home) => {
  const { build } = await fakeWheel();
  await Deno.writeTextFile(join(home, "file"), "");
  Deno.env.set("BACKMIX_HOME", join(home, "file"));
  const pythons = [await fakePython()];
  const { message } = await assertRejects(() => findLibrary({ named: "", build, pythons }), UserError);
  assertStringIncludes(message, join(home, "file"));
});

cacheTest("of two processes at once one fetches, and the other waits and says so", async (home) => {
  const { folder, build } = await fakeWheel();
  const python = await fakePython({ PIP_FIND_LINKS: folder }, 'if [ "$3" = download ]; then sleep 1; fi');
  const both = await Promise.all([1, 2].map(() => found(startFinding(home, build, python))));
  both.sort((a, b) => a.source < b.source ? -1 : 1);
  assertEquals(both.map(({ source }) => source), ["cache", "download"]);
  assertMatch(both[0].said, /in use by process \d+.*waiting/);
  assertEquals(inCache(home), COMPLETE);
});

cacheTest(
  "after kill -9 in the download pip ends too, and the next start does it again",
  async (home) => {
    const { folder, build } = await fakeWheel();
    const bytes = await Deno.readFile(join(folder, FILE));
    let broken = true, half = false;
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      if (!request.url.endsWith(".whl")) {
        return new Response(`<a href="/${FILE}">${FILE}</a>`, { headers: { "content-type": "text/html" } });
      }
      if (!broken) return new Response(bytes);
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.subarray(0, bytes.length / 2));
            half = true;
          },
        }),
        { headers: { "content-length": `${bytes.length}` } },
      );
    });
    const pid = join(await newFolder(), "pid");
    const python = await fakePython(
      { PIP_INDEX_URL: `http://127.0.0.1:${server.addr.port}/simple` },
      `if [ "$3" = download ]; then echo $$ > '${pid}'; fi`,
    );

    const child = startFinding(home, build, python);
    await until(() => half);
    child.kill("SIGKILL");
    await child.output();
    await until(() => !isRunning(Number(Deno.readTextFileSync(pid))));
    assertEquals(inCache(home), ["CACHEDIR.TAG", "lock", "part"]);

    broken = false;
    assertEquals((await found(startFinding(home, build, python))).source, "download");
    assertEquals(inCache(home), COMPLETE);
  },
);

async function until(reached: () => boolean): Promise<void> {
  const start = performance.now();
  while (!reached()) {
    assertLess(performance.now() - start, 10_000);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

Deno.test("TensorFlow finds its settings in the process's environment, and the user's own stay", () => {
  const libc = Deno.dlopen("libc.so.6", { getenv: { parameters: ["buffer"], result: "pointer" } });
  const seen = (name: string) => {
    const at = libc.symbols.getenv(new TextEncoder().encode(`${name}\0`));
    return at && Deno.UnsafePointerView.getCString(at);
  };
  const names = ["TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL", "TF_DETERMINISTIC_OPS"];
  const before = names.map((name) => Deno.env.get(name));
  try {
    Deno.env.delete(names[0]);
    Deno.env.delete(names[2]);
    Deno.env.set(names[1], "0");
    libraryEnvironment();
    assertEquals(names.map(seen), ["1", "0", null]);
    libraryEnvironment("gpu:0");
    assertEquals(names.map(seen), ["1", "0", "1"]);
  } finally {
    libc.close();
    names.forEach((name, i) => before[i] === undefined ? Deno.env.delete(name) : Deno.env.set(name, before[i]!));
  }
});
