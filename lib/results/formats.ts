/** A table as text for other programs: CSV (RFC 4180) and LaTeX (booktabs). Markdown and terminal: `table.ts`. */
import type { Table } from "./table.ts";

/**
 * Comma-separated values, lines ended by CRLF.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(csv([["a", "b"], ["1,5", 'say "x"']]), 'a,b\r\n"1,5","say ""x"""\r\n');
 * ```
 */
export function csv(table: Table): string {
  const cell = (text: string) => /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return table.map((row) => row.map(cell).join(",") + "\r\n").join("");
}

const ESCAPED: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "±": "$\\pm$",
  ...Object.fromEntries([..."&%$#_{}"].map((sign) => [sign, `\\${sign}`])),
};

/**
 * A LaTeX `tabular` with booktabs' lines; texts on the left, figures on the right.
 *
 * @example
 * ```ts
 * import { assertMatch } from "@std/assert";
 * assertMatch(latex([["Method", "Score", "ACC"], ["a_b", "x", "1 ± 2"]]), /a\\_b & x & 1 \$\\pm\$ 2 \\\\/);
 * ```
 */
export function latex([titles, ...rows]: Table): string {
  const line = (row: string[]) =>
    `${row.map((cell) => cell.replace(/[\\^~&%$#_{}±]/g, (sign) => ESCAPED[sign])).join(" & ")} \\\\`;
  return [
    `\\begin{tabular}{${titles.map((_, i) => i < 2 ? "l" : "r").join("")}}`,
    ...["\\toprule", line(titles), "\\midrule", ...rows.map(line), "\\bottomrule"],
    "\\end{tabular}",
  ].join("\n");
}
