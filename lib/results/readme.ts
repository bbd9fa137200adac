/**
 * Keeps the tables of README.md as the result files have them. A table stands between `<!-- results:NAME -->` and
 * `<!-- /results -->`, where NAME.json is the result file.
 */
import { UserError } from "../files/user_error.ts";

const BLOCK = /<!-- results:(\S+) -->[\s\S]*?<!-- \/results -->/g;

/**
 * The text with every table between markers replaced.
 *
 * @param text what holds the markers
 * @param table the Markdown for a name
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
export async function withTables(text: string, table: (name: string) => string | Promise<string>): Promise<string> {
  const blocks = [...text.matchAll(BLOCK)];
  const begins = [...text.matchAll(/<!-- results:/g)].length;
  const ends = [...text.matchAll(/<!-- \/results -->/g)].length;
  if (begins !== blocks.length || ends !== blocks.length) {
    throw new UserError(
      `README.md: ${begins} opening and ${ends} closing results markers do not pair. ` +
        "Each <!-- results:NAME --> needs its <!-- /results -->.",
    );
  }
  const tables = await Promise.all(blocks.map(([, name]) => table(name)));
  let next = 0;
  return text.replace(BLOCK, (_, name) => `<!-- results:${name} -->\n\n${tables[next++]}\n\n<!-- /results -->`);
}
