/** That the `Dockerfile` holds what the project needs today; `without_network.ts` does its steps. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildFor } from "../../lib/engine/library_builds.ts";
import { buildArguments, instructions } from "./dockerfile.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
const lines = await instructions();
const linux = { os: "linux", arch: "x86_64" };

Deno.test("the image has the TensorFlow that the engine is written against, by default the processor's", () => {
  assertEquals(buildArguments(lines).TENSORFLOW, buildFor(linux)!.requirement);
});

Deno.test("the build for NVIDIA's GPUs is named where the image is explained", async () => {
  const { requirement } = buildFor(linux, "gpu:0")!;
  for (const path of ["Dockerfile", "docs/cluster.md"]) {
    assert((await read(path)).includes(`--build-arg TENSORFLOW="${requirement}"`), path);
  }
});

Deno.test("the image has the Python of TensorFlow's wheels, and the Deno that committed results were made with", async () => {
  const [{ python }] = buildFor(linux)!.wheels;
  assertEquals(lines[0], { name: "FROM", text: `python:${python}-slim` });
  const { cells } = JSON.parse(await read("results/priors.quick.json"));
  assertEquals(buildArguments(lines).DENO, `deno==${cells[0].engine.deno}`);
});

Deno.test("tasks that the Dockerfile and the page on clusters name are tasks of the project", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  const [entrypoint, byDefault] = ["ENTRYPOINT", "CMD"].map((name) =>
    JSON.parse(lines.find((line) => line.name === name)!.text)
  );
  const workdir = lines.find(({ name }) => name === "WORKDIR")!.text;
  assertEquals(entrypoint, ["deno", "task", "--config", `${workdir}/deno.json`]);
  const cluster = await read("docs/cluster.md");
  const named = [
    byDefault[0],
    ...[...(await read("Dockerfile") + cluster).matchAll(/deno task ([a-z][\w:-]*)/g)].map(([, name]) => name),
    ...[...cluster.matchAll(/ run [^\n]*backmix-lab(?:\.sif)? ([a-z][\w:-]*)/g)].map(([, name]) => name),
  ];
  assert(named.length > 8, named.join());
  for (const name of named) assert(name in tasks, name);
});

Deno.test("what a build leaves behind is not copied into the image", async () => {
  const ignored = (await read(".gitignore")).trim().split("\n").map((line) => line.replaceAll(/^\/|\/$/g, ""));
  assertEquals((await read(".dockerignore")).trim().split("\n"), ignored);
  assertMatch(lines.map(({ name, text }) => `${name} ${text}`).join("\n"), /COPY \. \.\nRUN deno install --frozen$/m);
});
