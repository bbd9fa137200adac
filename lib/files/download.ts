/**
 * Downloads a file once: goes on where it broke off (HTTP ranges, RFC 9110 section 14), checks what arrived, and puts it
 * in its place only when it is right.
 */
import { writeAll, writeTextAtomic } from "./atomic.ts";
import { fileDigest } from "./checksum.ts";
import { fileError } from "./file_error.ts";
import { type Lock, waitForLock } from "./lock.ts";
import { type ProgressBar, progressBar } from "./progress.ts";
import { UserError } from "./user_error.ts";

/** What to download, and what it must be. */
export interface Download {
  /** Where it comes from. */
  url: string;
  /** Where it goes; `.part`, `.part.from` and `.lock` are put behind this name meanwhile. */
  path: string;
  /** Its size, where that is known. */
  bytes?: number;
  /** Its MD5 in hexadecimal, where that is what is published. */
  md5?: string;
  /** Its SHA-256 in hexadecimal. */
  sha256?: string;
  /** Its name for people. */
  label: string;
}

/** Pauses before a new attempt, in milliseconds; an attempt that brought bytes starts them anew. */
const pauses = [500, 1000, 2000];
/** A server that sends nothing for so long is given up, in milliseconds. */
const patience = 60_000;

/** An attempt failed in a way that another may not. */
class Broken extends Error {}

/**
 * Downloads a file, unless it is there already and right. Of two processes that want the same file, one waits.
 *
 * @throws {UserError} if there is no network, the server does not have it, what arrived is wrong (then nothing of it is
 * kept), or it cannot be written; says how to put the file there by hand
 */
export async function download(file: Download): Promise<void> {
  const { path, label } = file;
  await using lock = await waitForLock(`${path}.lock`, label, { onWait: console.error });
  if (await sizeOf(path) !== null) return await checkPresent(file);
  const bar = progressBar(label, file.bytes ?? 0, "bytes");
  try {
    await fetchPart(file, bar, lock);
  } finally {
    bar.stop();
  }
  await lock.confirm();
  await checkPart(file);
  await Deno.rename(`${path}.part`, path);
  await Deno.remove(`${path}.part.from`).catch(() => {});
}

/** Attempts until the part is complete; the attempts without progress are counted. */
async function fetchPart(file: Download, bar: ProgressBar, lock: Lock): Promise<void> {
  let most = await sizeOf(`${file.path}.part`) ?? 0;
  for (let failed = 0;;) {
    try {
      return await attempt(file, bar, lock);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      const reached = await sizeOf(`${file.path}.part`) ?? 0;
      failed = reached > most ? 0 : failed + 1;
      most = Math.max(most, reached);
      if (failed > pauses.length) throw new UserError(`${file.label}: ${file.url}: ${error.message}. ${byHand(file)}`);
      await new Promise((done) => setTimeout(done, pauses[Math.max(0, failed - 1)]));
    }
  }
}

/** One request: continues the part, or starts it anew where the server or the part does not allow that. */
async function attempt(file: Download, bar: ProgressBar, lock: Lock): Promise<void> {
  const part = `${file.path}.part`, from = `${part}.from`;
  const validator = await validatorOf(file);
  const have = validator === null ? 0 : await sizeOf(part) ?? 0;
  if (have > 0 && have === file.bytes) return;

  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error(`nothing came for ${patience / 1000} seconds`));
  let timer = setTimeout(giveUp, patience);
  try {
    const headers = new Headers({ "accept-encoding": "identity" }); // else a .gz may arrive unpacked
    if (have > 0) headers.set("range", `bytes=${have}-`);
    if (have > 0 && validator) headers.set("if-range", validator);
    const response = await fetch(file.url, { headers, signal: stalled.signal }).catch(unreachable(file));
    const { start, total } = await rangeOf(response, have, file);

    if (start === 0) await writeTextAtomic(from, `${file.url}\n${strongValidator(response)}`);
    using out = await Deno.open(part, { write: true, create: true });
    await out.truncate(start);
    await out.seek(start, Deno.SeekMode.Start);
    let done = start;
    const reader = response.body?.getReader();
    for (let next; reader && (next = await reader.read().catch(brokenOff)) && !next.done;) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patience);
      if (total !== null && done + next.value.length > total) {
        await reader.cancel();
        throw await wrong(file, `${file.url} sends more than ${total} bytes`);
      }
      await lock.confirm();
      await writeAll(out, next.value).catch((error) => notWritten(error, file));
      bar.update(done += next.value.length);
    }
    if (total !== null && done < total) throw new Broken(`the connection broke off after ${done} of ${total} bytes`);
    await out.sync();
  } catch (error) {
    throw error instanceof Broken || error instanceof UserError ? error : fileError(error, "write", part);
  } finally {
    clearTimeout(timer);
    stalled.abort();
  }
}

/** Where the answer begins in the file, and how long the whole is; an answer that is of no use is an error. */
async function rangeOf(
  response: Response,
  have: number,
  file: Download,
): Promise<{ start: number; total: number | null }> {
  const { status, headers } = response;
  const [, first, whole] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  if (status === 206 && Number(first) === have) {
    if (file.bytes !== undefined && whole !== "*" && Number(whole) !== file.bytes) throw await wrongSize(file, whole);
    return { start: have, total: file.bytes ?? (whole === "*" ? null : Number(whole)) };
  }
  if (status === 206 || status === 416) { // not what was asked, or the part is longer than the file
    await dropPart(file);
    throw new Broken(`it has no bytes from ${have} on`);
  }
  if (status === 200) {
    const length = headers.get("content-length");
    if (file.bytes !== undefined && length !== null && Number(length) !== file.bytes) {
      throw await wrongSize(file, length);
    }
    return { start: 0, total: file.bytes ?? (length === null ? null : Number(length)) };
  }
  const answer = `the server answers ${status} ${response.statusText}`.trimEnd();
  if (status === 408 || status === 429 || status >= 500) throw new Broken(answer);
  throw new UserError(`${file.label}: ${file.url}: ${answer}. ${byHand(file)}`);
}

/** What the part's server said that the file can be recognised by; null if the part is of no use. */
async function validatorOf(file: Download): Promise<string | null> {
  const [url, validator] = (await Deno.readTextFile(`${file.path}.part.from`).catch(() => "")).split("\n");
  if (url !== file.url) return null;
  return validator || (file.md5 ?? file.sha256 ? "" : null); // without either, a mixture would not be found
}

function strongValidator({ headers }: Response): string {
  const etag = headers.get("etag");
  return etag && !etag.startsWith("W/") ? etag : headers.get("last-modified") ?? "";
}

async function checkPart(file: Download): Promise<void> {
  const found = await mismatch(file, `${file.path}.part`);
  if (found) throw await wrong(file, `${file.url} sent ${found}`);
}

async function checkPresent(file: Download): Promise<void> {
  const found = await mismatch(file, file.path);
  if (found) throw new UserError(`${file.path}: ${found}. The file is damaged or another: delete it and run again.`);
}

/** What is wrong with a file, in words; null if nothing is. */
async function mismatch({ bytes, md5, sha256 }: Download, path: string): Promise<string | null> {
  const size = await sizeOf(path);
  if (bytes !== undefined && size !== bytes) return `${size} bytes, expected ${bytes}`;
  for (const [name, expected] of [["md5", md5], ["sha256", sha256]] as const) {
    const actual = expected && await fileDigest(path, name);
    if (actual && actual !== expected.toLowerCase()) return `a file with ${name} ${actual}, expected ${expected}`;
  }
  return null;
}

/** Drops what arrived, and makes the error that says so. */
async function wrong(file: Download, what: string): Promise<UserError> {
  await dropPart(file);
  return new UserError(
    `${file.label}: ${what}. It was changed on the way or at its source; what arrived is deleted. Run again later. ` +
      byHand(file),
  );
}

function wrongSize(file: Download, size: string): Promise<UserError> {
  return wrong(file, `${file.url} has ${size} bytes, expected ${file.bytes}`);
}

async function dropPart({ path }: Download): Promise<void> {
  for (const name of [`${path}.part`, `${path}.part.from`]) await Deno.remove(name).catch(() => {});
}

async function notWritten(error: unknown, file: Download): Promise<never> {
  await dropPart(file);
  throw fileError(error, "write", file.path);
}

function unreachable(file: Download): (error: unknown) => never {
  return (error) => {
    if (error instanceof Deno.errors.NotCapable) {
      throw new UserError(
        `${file.label}: Deno's permissions do not cover ${file.url} (${error.message}). ${byHand(file)}`,
      );
    }
    throw new Broken(`no answer (${error instanceof Error ? error.message : error})`);
  };
}

function brokenOff(error: unknown): never {
  throw new Broken(`the connection broke off (${error instanceof Error ? error.message : error})`);
}

function byHand({ url, path, bytes, md5, sha256 }: Download): string {
  const marks = [bytes && `${bytes} bytes`, md5 && `md5 ${md5}`, sha256 && `sha256 ${sha256}`].filter(Boolean).join(
    ", ",
  );
  return `Check the network and the proxy (HTTPS_PROXY), or fetch ${url} by other means and put it at ${path}` +
    `${marks && ` (${marks})`}.`;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileError(error, "read", path);
  }
}
