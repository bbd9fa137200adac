/**
 * Keeps the tables of a document as the result files have them. A table stands between `<!-- results:NAME -->`, or
 * `<!-- results:NAME in short -->`, and `<!-- /results -->`, where NAME.json is the result file.
 */
import { writeTextAtomic } from "../files/atomic.ts";
import { readText } from "../files/read.ts";
import type { Report } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";

const BLOCK = /<!-- results:(\S+)( in short)? -->[\s\S]*?<!-- \/results -->/g;

/**
 * The text with every table between markers replaced.
 *
 * @param text what holds the markers
 * @param table the Markdown for a name, whole or in short
 * @param path the document's, for errors
 * @throws {UserError} if a marker has no partner
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const text = "<!-- results:cifar10.quick -->\nold\n<!-- /results -->";
 * assertEquals(
 *   await withTables(text, (name) => `| ${name} |`),
 *   "<!-- results:cifar10.quick -->\n\n| cifar10.quick |\n\n<!-- /results -->",
 * );
 * ```
 */
export async function withTables(
  text: string,
  table: (name: string, short: boolean) => string | Promise<string>,
  path = "README.md",
): Promise<string> {
  const blocks = [...text.matchAll(BLOCK)];
  const begins = [...text.matchAll(/<!-- results:/g)].length;
  const ends = [...text.matchAll(/<!-- \/results -->/g)].length;
  if (begins !== blocks.length || ends !== blocks.length) {
    throw new UserError(
      `${path}: ${begins} opening and ${ends} closing results markers do not pair. ` +
        "Each <!-- results:NAME --> needs its <!-- /results -->.",
    );
  }
  const tables = await Promise.all(blocks.map(([, name, short]) => table(name, short !== undefined)));
  let next = 0;
  return text.replace(
    BLOCK,
    (_, name, short = "") => `<!-- results:${name}${short} -->\n\n${tables[next++]}\n\n<!-- /results -->`,
  );
}

/** What stands in a document between `<!-- NAME -->` and `<!-- /NAME -->`, by NAME. */
export type Blocks = Record<string, () => string | Promise<string>>;

/** The text with each block replaced that it has markers of. */
export async function withBlocks(text: string, blocks: Blocks): Promise<string> {
  for (const [name, content] of Object.entries(blocks)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const block = new RegExp(`${begin}[\\s\\S]*?${end}`);
    if (!block.test(text)) continue;
    const inside = await content();
    text = text.replace(block, () => `${begin}\n\n${inside}\n\n${end}`);
  }
  return text;
}

/**
 * Brings documents up to date.
 *
 * @param task that does so, for the message
 * @param documents their paths from `folder`
 * @param renewed a document's text as it should be, from what it is
 * @param options.check write nothing; the exit code is 1 if one is out of date
 * @returns the exit code and the text to print
 * @throws {UserError} if a document cannot be read or written
 */
export async function bringUpToDate(
  task: string,
  folder: string,
  documents: readonly string[],
  renewed: (text: string, path: string) => Promise<string>,
  { check }: { check: boolean },
): Promise<Report> {
  const states = await Promise.all(documents.map(async (name) => {
    const path = `${folder}/${name}`, before = await readText(path);
    return { name, path, before, after: await renewed(before, path) };
  }));
  const changed = states.filter(({ before, after }) => after !== before);
  if (changed.length === 0) return { code: 0, text: "All tables are up to date." };
  const names = changed.map(({ name }) => name).join(", ");
  if (check) return { code: 1, text: `Out of date: ${names}. Run deno task ${task}.` };
  for (const { path, after } of changed) await writeTextAtomic(path, after);
  return { code: 0, text: `Written: ${names}.` };
}
