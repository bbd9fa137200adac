/**
 * A build of TensorFlow in the user's cache: whether it is whole, and how it gets there.
 *
 *     cache/tensorflow-2.21.0/lib/     the libraries and the stamp; renamed into place as a whole
 *     cache/tensorflow-2.21.0/part/    an attempt, under way or interrupted: the next one goes on with what it has unpacked
 */
import { join } from "node:path";
import { cacheFolder, cacheHome } from "../files/cache.ts";
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { type Lock, waitForLock } from "../files/lock.ts";
import { UserError } from "../files/user_error.ts";
import { type Build, roomFor, wheelBytesOf } from "./library_builds.ts";
import { freeBytes, pipDownload } from "./library_python.ts";
import { unpackWheel } from "./library_wheel.ts";

/** The stamp in a complete folder: written last, so whoever finds it finds the rest. */
interface Stamp {
  /** SHA-256 of the wheel that the files came from; of several, one after another. */
  wheel: string;
  /** Bytes of each file. */
  sizes: Record<string, number>;
}

const STAMP = "complete.json";

/** In the folder of an attempt: what it has unpacked so far. */
const UNPACKED = "unpacked.json";

/**
 * The folder of the cache that holds a build's two libraries; undefined if the build is not there as a whole.
 *
 * Takes a few milliseconds: sizes are compared with the stamp that was written last.
 */
export function cachedLibrary(build: Build): string | undefined {
  const place = join(cacheHome(), build.folder, "lib");
  const directory = join(place, build.directory);
  try {
    const { wheel, sizes }: Stamp = JSON.parse(Deno.readTextFileSync(join(place, STAMP)));
    if (wheel !== stampOf(build)) return undefined;
    if (!build.libraries.every((name) => join(build.directory, name) in sizes)) return undefined;
    return Object.entries(sizes).every(([name, size]) => sizeOf(join(place, name)) === size) ? directory : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined; // absent or damaged, which is mended alike
  }
}

/**
 * Fetches a build into the cache, unless another process has done so meanwhile.
 *
 * @param pythons programs whose pip may fetch it, in order
 * @returns where the libraries are, and whether this call fetched them
 * @throws {UserError} a sentence that says what went wrong: no Python, no pip, no network, a cache that cannot be written
 */
export async function fetchLibrary(
  build: Build,
  pythons: string[],
): Promise<{ directory: string; source: "cache" | "download" }> {
  const cache = await cacheFolder(build.folder);
  await using lock = await waitForLock(join(cache, "lock"), "The cache of TensorFlow", { onWait: console.error });
  const present = cachedLibrary(build);
  if (present !== undefined) return { directory: present, source: "cache" };
  await fetchWheels(build, cache, pythons, lock);
  return { directory: join(cache, "lib", build.directory), source: "download" };
}

/** Size of a file; undefined if it is not there. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/**
 * Fetches and unpacks the wheels; the caller holds the lock. Wheels that an attempt before this one had unpacked, which
 * may have been interrupted anywhere, are not fetched again.
 */
async function fetchWheels(build: Build, cache: string, pythons: string[], lock: Lock): Promise<void> {
  const part = join(cache, "part");
  const fresh = join(part, "lib"), arriving = join(part, "wheel");
  let unpacked = unpackedIn(part);
  try {
    if (Object.keys(unpacked).length === 0) remove(part);
    Deno.mkdirSync(fresh, { recursive: true });
    const left = build.wheels.filter(({ sha256 }) => !(sha256 in unpacked));
    if (left.length > 0) await sayRoom({ ...build, wheels: left }, cache, pythons);
    for (const wheel of left) {
      remove(arriving);
      Deno.mkdirSync(arriving);
      const path = await pipDownload(wheel, arriving, pythons);
      console.error(`Unpacking ${wheel.name}.`);
      await lock.confirm();
      unpacked = { ...unpacked, [wheel.sha256]: await unpackWheel(path, wheel, fresh) };
      remove(arriving); // wheels and files together would need twice the room
      await writeTextAtomic(join(part, UNPACKED), JSON.stringify(unpacked));
    }
    const sizes = Object.assign({}, ...build.wheels.map(({ sha256 }) => unpacked[sha256]));
    const stamp: Stamp = { wheel: stampOf(build), sizes };
    Deno.writeTextFileSync(join(fresh, STAMP), JSON.stringify(stamp, null, 2) + "\n");
    await lock.confirm();
    remove(join(cache, "lib")); // one that is not complete: files were taken out or cut off
    Deno.renameSync(fresh, join(cache, "lib"));
    remove(part);
  } catch (error) {
    remove(Object.keys(unpacked).length > 0 ? arriving : part);
    throw fileError(error, "write", cache);
  }
}

/** Tells what is fetched, and how much room that takes. */
async function sayRoom(build: Build, cache: string, pythons: string[]): Promise<void> {
  const bytes = wheelBytesOf(build), free = await freeBytes(cache, pythons);
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(1)} GB`;
  const room = free === undefined ? "" : `; needs up to ${gigabytes(roomFor(build))}, ${gigabytes(free)} are free`;
  console.error(`Fetching TensorFlow ${build.version} into ${cache}, once (${(bytes / 1e6).toFixed(0)} MB${room}).`);
  if (free !== undefined && free < bytes) {
    throw new UserError(
      `${cache}: the disk has ${gigabytes(free)} free, too little for ${
        gigabytes(bytes)
      } of wheels and what is in them: ` +
        "make room, or choose another place.",
    );
  }
}

/** What an attempt had unpacked as a whole: sizes of the files of each wheel, by its SHA-256. */
function unpackedIn(part: string): Record<string, Stamp["sizes"]> {
  try {
    const all: Record<string, Stamp["sizes"]> = JSON.parse(Deno.readTextFileSync(join(part, UNPACKED)));
    return Object.fromEntries(
      Object.entries(all).filter(([, sizes]) =>
        Object.entries(sizes).every(([name, size]) => sizeOf(join(part, "lib", name)) === size)
      ),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return {}; // none, or damaged
  }
}

function stampOf({ wheels }: Build): string {
  return wheels.map(({ sha256 }) => sha256).join(" ");
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
