/** `deno task readme`: the tables of the documents from the result files; `--check` fails if they are out of date. */
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { type Bench, benchNote, benchTable } from "./bench_table.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { comparisonOf } from "./comparison.ts";
import { type Profile, profileNote, profileTable } from "./profile_table.ts";
import { readResult } from "./read.ts";
import { splitsMarkdown } from "../datasets/splits_table.ts";
import { withBlock, withTables } from "./readme.ts";
import { markdown, notesOf, tableOf } from "./table.ts";
import { readTrust, trustNotes, trustTable } from "./trust_table.ts";

/** Documents with tables between markers. */
const DOCUMENTS = ["README.md", "docs/results.md", "docs/protocol.md", "docs/speed.md", "docs/trust.md"];

const HELP = `Writes the tables of ${DOCUMENTS.join(", ")} from results/*.json and the splits.

Usage: deno task readme [--check]

  --check  write nothing; exit code 1 if one of them is out of date
  --help   this text`;

/**
 * Runs the task.
 *
 * @param folder where the documents and results/ lie
 * @returns the exit code and the text to print
 * @throws {UserError} if an option, a document or a result file is wrong
 */
export async function updateReadme(args: readonly string[], folder = "."): Promise<Report> {
  const given = taskArguments(args, { task: "readme", flags: ["check"], paths: { count: 0, called: "paths" } });
  if (given === null) return { code: 0, text: HELP };

  const states = await Promise.all(DOCUMENTS.map(async (name) => ({ name, ...await renewed(folder, name) })));
  const changed = states.filter(({ before, after }) => after !== before);
  if (changed.length === 0) return { code: 0, text: "All tables are up to date." };
  const names = changed.map(({ name }) => name).join(", ");
  if (given.flags.check) return { code: 1, text: `Out of date: ${names}. Run deno task readme.` };
  for (const { name, after } of changed) await writeTextAtomic(`${folder}/${name}`, after);
  return { code: 0, text: `Written: ${names}.` };
}

/** A document as it is, and as the result files would have it. */
async function renewed(folder: string, document: string): Promise<{ before: string; after: string }> {
  const path = `${folder}/${document}`;
  const before = await Deno.readTextFile(path).catch((error) => {
    throw fileError(error, "read", path);
  });
  const table = async (name: string, short: boolean) => {
    const file = await readResult(`${folder}/results/${name}.json`);
    return [markdown((short ? comparisonOf : tableOf)(file)), "", ...notesOf(file)].join("\n");
  };
  const tables = await withTables(before, table, path);
  const after = await withBlock(tables, "splits", splitsMarkdown);
  const benched = await withBlock(after, "bench", async () => {
    const bench = await readJson<Bench>(`${folder}/results/bench.json`);
    return [markdown(benchTable(bench)), "", benchNote(bench)].join("\n");
  });
  const profiled = await withBlock(benched, "profile", async () => {
    const profile = await readJson<Profile>(`${folder}/results/profile.json`);
    return [markdown(profileTable(profile)), "", profileNote(profile)].join("\n");
  });
  const trusted = await withBlock(profiled, "trust", async () => {
    const file = await readTrust(`${folder}/results/trust.json`);
    return [markdown(trustTable(file)), "", ...trustNotes(file)].join("\n");
  });
  return { before, after: trusted };
}

async function readJson<File>(path: string): Promise<File> {
  return JSON.parse(
    await Deno.readTextFile(path).catch((error) => {
      throw fileError(error, "read", path);
    }),
  );
}

if (import.meta.main) await runReport(() => updateReadme(Deno.args));
