/**
 * Keeps the tables of a document as the result files have them. A table stands between `<!-- results:NAME -->`, or
 * `<!-- results:NAME in short -->`, and `<!-- /results -->`, where NAME.json is the result file.
 */
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

/** The text with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced, if it has such markers. */
export async function withBlock(
  text: string,
  name: string,
  content: () => string | Promise<string>,
): Promise<string> {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const block = new RegExp(`${begin}[\\s\\S]*?${end}`);
  if (!block.test(text)) return text;
  const inside = await content();
  return text.replace(block, () => `${begin}\n\n${inside}\n\n${end}`);
}
