/** `deno task readme`: the tables of the documents from the result files; `--check` fails if they are out of date. */
import { readJson } from "../files/read.ts";
import { type Bench, benchNote, benchTable } from "./bench_table.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { comparisonOf } from "./comparison.ts";
import { type Profile, profileNote, profileTable } from "./profile_table.ts";
import { readResult } from "./read.ts";
import { splitsMarkdown } from "../datasets/splits_table.ts";
import { bringUpToDate, withBlocks, withTables } from "./readme.ts";
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

  return await bringUpToDate("readme", folder, DOCUMENTS, (text, path) => renewed(text, path, `${folder}/results`), {
    check: given.flags.check,
  });
}

/** A document as the result files would have it. */
async function renewed(text: string, path: string, results: string): Promise<string> {
  const table = async (name: string, short: boolean) => {
    const file = await readResult(`${results}/${name}.json`);
    return [markdown((short ? comparisonOf : tableOf)(file)), "", ...notesOf(file)].join("\n");
  };
  const speeds = async (name: string) => {
    const bench = await readJson<Bench>(`${results}/${name}.json`);
    return [markdown(benchTable(bench)), "", benchNote(bench)].join("\n");
  };
  return await withBlocks(await withTables(text, table, path), {
    splits: splitsMarkdown,
    bench: () => speeds("bench"),
    "bench-gpu": () => speeds("bench-gpu"),
    async profile() {
      const profile = await readJson<Profile>(`${results}/profile.json`);
      return [markdown(profileTable(profile)), "", profileNote(profile)].join("\n");
    },
    async trust() {
      const file = await readTrust(`${results}/trust.json`);
      return [markdown(trustTable(file)), "", ...trustNotes(file)].join("\n");
    },
  });
}

if (import.meta.main) await runReport(() => updateReadme(Deno.args));
