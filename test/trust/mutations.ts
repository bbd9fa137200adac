/** Damaged files: no reader crashes, hangs, takes much memory, throws another error than its own, or believes them. */
import { commandOf } from "../experiment/child.ts";
import { linesOf } from "../lines.ts";
import { type Line, readers } from "./readers.ts";
import { MOST_FAULTS, type Row, type Subject } from "./subject.ts";

const child = new URL("mutation_child.ts", import.meta.url).pathname;
/** A process that says nothing for so long hangs, in milliseconds: it speaks twice a second. */
const PATIENCE = 60_000;

/** Damages the input of each reader. */
export const mutations: Subject = {
  name: "damaged-files",
  claim: "A damaged file is refused in plain words wherever checksum or structure can tell, in a second and 200 MB.",
  counts: { full: 100_000, short: 1_000 },
  async run({ count, seed, tick }) {
    const each = Math.ceil(count / readers.length);
    const rows = readers.map(({ name }): Row => ({ what: name, tried: each, faults: [], note: "" }));
    const place = { reader: 0, at: 0 };
    // one process for all, and another one where it dies
    for (let dead = 0; dead <= MOST_FAULTS; dead++) {
      const ended = await readDamaged([seed, each, place.reader, place.at], ({ fault, ...now }) => {
        if (fault !== undefined) return rows[now.reader].faults.push(`input ${now.at}: ${fault}`);
        Object.assign(place, now);
        tick(now.reader * each + now.at, rows[now.reader].what);
      });
      if (ended === null) return rows;
      rows[place.reader].faults.push(`soon after input ${place.at}: ${ended}`);
      place.at++;
    }
    throw new Error(`the process that reads damaged files died ${MOST_FAULTS} times`);
  },
};

/** Reads in a process of its own; what ended it before its end, null if nothing. */
async function readDamaged(numbers: readonly number[], told: (line: Line) => void): Promise<string | null> {
  const [program, ...args] = commandOf(child, numbers.map(String), ["--allow-all"]);
  const process = new Deno.Command(program, {
    args,
    env: { DEBUG: "" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let hangs = false;
  const giveUp = () => {
    hangs = true;
    process.kill("SIGKILL");
  };
  let timer = setTimeout(giveUp, PATIENCE);
  for await (const text of linesOf(process.stdout)) {
    clearTimeout(timer);
    timer = setTimeout(giveUp, PATIENCE);
    told(JSON.parse(text));
  }
  clearTimeout(timer);
  const { code, signal } = await process.status;
  if (code === 0) return null;
  return hangs ? "it hangs" : `the process ended with ${signal ?? `code ${code}`}`;
}
