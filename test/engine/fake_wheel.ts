/** A small wheel under the real one's name, and a Python that sees only what a test wants: no test fetches 270 MB. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { type Build, buildFor, libraryNames } from "../../lib/engine/library_builds.ts";
import type { Wheel } from "../../lib/engine/library_wheel.ts";

/** The build that the fakes stand in for, whatever machine the tests run on. */
export const BUILD: Build = buildFor({ os: "linux", arch: "x86_64" })!;

/** Names of its libraries. */
export const LIBRARIES: string[] = libraryNames("linux");

/** The wheel's file name. */
export const FILE = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";

const root = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));

/** A new empty folder that goes when the tests of the file end. */
export function newFolder(): Promise<string> {
  return Deno.makeTempDir({ dir: root });
}

/** Content of a library of the fake wheel. */
export function content(library: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${library} `.repeat(20_000));
}

/** A wheel in a folder. */
interface FakeWheel {
  folder: string;
  wheel: Wheel;
  /** The build that consists of it. */
  build: Build;
}

/** Makes a wheel in a new folder. */
export async function fakeWheel(libraries: string[] = LIBRARIES): Promise<FakeWheel> {
  const folder = await newFolder();
  const files = libraries.map((library) => `tensorflow/${library}`);
  const wheel = await pack(BUILD.wheels[0], [...files, "tensorflow/__init__.py"], folder);
  return { folder, wheel, build: { ...BUILD, wheels: [wheel] } };
}

/** Makes all wheels of a build in a new folder; a wheel of which whole folders are wanted holds one file in each. */
export async function fakeBuild(build: Build): Promise<{ folder: string; build: Build }> {
  const folder = await newFolder();
  const wheels: Wheel[] = [];
  for (const wheel of build.wheels) {
    const files = wheel.files.map((file) => file.endsWith("/") ? `${file}lib${wheel.name}.so.12` : file);
    wheels.push(await pack(wheel, [...files, "nvidia/unwanted/include/header.h"], folder));
  }
  return { folder, build: { ...build, wheels } };
}

/** Makes a wheel's file with the name and tags of the real one; returns what is known of it. */
async function pack(wheel: Wheel, files: string[], folder: string): Promise<Wheel> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  const add = (path: string, bytes: Uint8Array) =>
    zip.add(path, new Uint8ArrayReader(bytes), { executable: path.includes("/bin/") });
  const text = (lines: string[]) => new TextEncoder().encode(lines.join("\n") + "\n");
  const { name, version, abi, platform } = wheel;
  const stem = `${name.replaceAll("-", "_")}-${version}`;
  const tag = `${abi === "none" ? "py3" : abi}-${abi}-${platform}`;
  for (const file of files) {
    await add(file, file.endsWith(".py") ? text(["raise SystemExit('imported')"]) : content(basename(file)));
  }
  await add(`${stem}.dist-info/METADATA`, text(["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`]));
  await add(`${stem}.dist-info/WHEEL`, text(["Wheel-Version: 1.0", "Root-Is-Purelib: false", `Tag: ${tag}`]));
  await add(`${stem}.dist-info/RECORD`, text([""]));
  const bytes = await zip.close();
  await Deno.writeFile(join(folder, `${stem}-${tag}.whl`), bytes);
  return { ...wheel, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

/** Makes a folder that looks to Python like one where TensorFlow is installed. */
export async function fakeInstallation(version: string): Promise<string> {
  const folder = await newFolder();
  const info = join(folder, `tensorflow-${version}.dist-info`);
  await Deno.mkdir(info);
  await Deno.mkdir(join(folder, "tensorflow"));
  await Deno.writeTextFile(join(info, "METADATA"), `Metadata-Version: 2.1\nName: tensorflow\nVersion: ${version}\n`);
  for (const library of LIBRARIES) await Deno.writeFile(join(folder, "tensorflow", library), content(library));
  return folder;
}

/**
 * Makes a program that is the machine's Python under the given environment. Its pip sees neither the user's settings
 * nor any index, and it has TensorFlow 2.0.0 (which does not fit) rather than the machine's own.
 *
 * @param environment what to set
 * @param first lines of shell to run before
 */
export async function fakePython(environment: Record<string, string> = {}, first = ""): Promise<string> {
  const all = {
    PIP_CONFIG_FILE: "/dev/null",
    PIP_FIND_LINKS: "",
    ...(environment.PIP_INDEX_URL ? { NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" } : { PIP_NO_INDEX: "1" }),
    PYTHONPATH: await fakeInstallation("2.0.0"),
    ...environment,
  };
  const script = join(await newFolder(), "python3");
  const exports = Object.entries(all).map(([name, value]) => `export ${name}='${value}'`);
  await Deno.writeTextFile(script, ["#!/bin/sh", ...exports, first, 'exec python3 "$@"', ""].join("\n"));
  await Deno.chmod(script, 0o755);
  return script;
}
