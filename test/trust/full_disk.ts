/** A disk that is full at any write: a plain error that names the file, nothing damaged, and all as if nothing had been. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { THREADS } from "../training/small_run.ts";
import { type Writer, writers } from "./disk_writers.ts";
import { type Row, shares, type Subject } from "./subject.ts";

/** Size of the disk, and of its blocks, in bytes. */
const SIZE = 24 << 20, BLOCK = 4096;

/** Fills the disk before each kind of file is written. */
export const fullDisk: Subject = {
  name: "full-disk",
  claim: "On a full disk a write is a plain error that names the file; nothing is damaged, and with room all goes on.",
  counts: { full: 240, short: 12 },
  async run({ count, seed, tick }) {
    const disk = await Deno.makeTempDir();
    if (!await mounted(disk)) {
      await Deno.remove(disk);
      return "a small disk can be mounted by root only";
    }
    const rows: Row[] = [];
    try {
      await startTensorFlow({ threads: THREADS });
      let done = 0;
      for (const [k, share] of shares(count, writers.length).entries()) {
        const before = done;
        rows.push(await fillEach(writers[k], disk, share, seed, (here) => tick(before + here, writers[k].what)));
        done += share;
      }
    } finally {
      await command("umount", disk);
      await Deno.remove(disk);
    }
    return rows;
  },
};

async function fillEach(
  writer: Writer,
  disk: string,
  count: number,
  seed: number,
  tick: (done: number) => void,
): Promise<Row> {
  const random = stream(seed, `fill ${writer.what}`), faults: string[] = [];
  const inputs = await Deno.makeTempDir(), folder = join(disk, "work"), filler = join(disk, "filler");
  try {
    await begin(writer, folder);
    const before = await free(disk);
    await writer.write(folder, inputs);
    const blocks = before - await free(disk) + 1;
    const expected = await digestOf(folder, writer.result);
    let tried = 0, refused = 0;
    for (; tried < count; tick(++tried)) {
      await begin(writer, folder);
      const old = await digestOf(folder, await filesIn(folder));
      const names = await filesIn(folder);
      const left = random.int(blocks); // so many blocks are free
      await fill(disk, filler, left);
      const error = await Promise.resolve(writer.write(folder, inputs)).then(() => null, (error) => error);
      const say = (what: string) => faults.push(`with ${left} of ${blocks} blocks free: ${what}`);
      if (error !== null) {
        refused++;
        if (!(error instanceof UserError)) say(`${error?.stack ?? error}`);
        else if (!error.message.includes(folder)) say(`names no file: ${error.message}`);
        else if (!/no space left|No space left/.test(error.message)) say(`does not say why: ${error.message}`);
        if (await digestOf(folder, names) !== old) say("what lay there before is damaged");
      }
      await Deno.remove(filler);
      await writer.write(folder, inputs).catch((error) => say(`with room again: ${error?.stack ?? error}`));
      if (await digestOf(folder, writer.result) !== expected) say("with room again: other bits");
    }
    return { what: writer.what, tried, faults, note: `${refused} times it was full too early` };
  } finally {
    await Deno.remove(inputs, { recursive: true });
    await Deno.remove(folder, { recursive: true });
  }
}

/** Empties the folder, and puts there what the writer begins with. */
async function begin({ prepare }: Writer, folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder);
  await prepare?.(folder);
}

async function filesIn(folder: string, below = ""): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    names.push(...isDirectory ? await filesIn(folder, join(below, name)) : [join(below, name)]);
  }
  return names.sort();
}

async function digestOf(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of names) hash.update(await Deno.readFile(join(folder, name)).catch(() => "absent"));
  return hash.digest("hex");
}

/** Leaves so many blocks of the disk free. */
async function fill(disk: string, filler: string, blocks: number): Promise<void> {
  using file = await Deno.open(filler, { create: true, write: true });
  const block = new Uint8Array(BLOCK);
  for (let left = await free(disk) - blocks; left > 0; left--) await file.write(block);
}

/** Free blocks of the disk. */
async function free(disk: string): Promise<number> {
  return Number(await command("stat", "--file-system", "--format=%f", disk));
}

async function mounted(disk: string): Promise<boolean> {
  return await command("mount", "-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", disk).then(() => true, () => false);
}

async function command(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}
