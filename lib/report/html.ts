/** HTML from templates in which every value is text: what a user calls a class is shown, never run. */

/** Markup that is safe to put into a page. */
export class Html {
  /** The markup. */
  readonly markup: string;

  /** Vouches for markup that this program wrote itself. */
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What a template may hold. */
export type Piece = Html | string | number | readonly Piece[];

const SIGNS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * A template: values become text, also in attributes between quotes; {@linkcode Html} stays markup, lists are joined.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(html`<b title="${'"'}">${"<i>"}</b>${[html`<br>`, 1]}`.markup, '<b title="&quot;">&lt;i&gt;</b><br>1');
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return new Html(parts.reduce((text, part, k) => text + markupOf(values[k - 1]) + part));
}

/** Data for a script of the page: JSON that cannot end the element it stands in. */
export function jsonScript(id: string, data: unknown): Html {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return html`<script type="application/json" id="${id}">${new Html(json)}</script>`;
}

/** A whole page. */
export function htmlPage({ title, head, body }: { title: string; head: Html; body: Html }): string {
  return `${
    html`
      <!doctype html>
      <html lang="en">
        <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>${title}</title>
      ${head}
        </head>
        <body>
      ${body}
        </body>
      </html>
    `.markup
  }\n`;
}

function markupOf(piece: Piece): string {
  if (piece instanceof Html) return piece.markup;
  if (typeof piece === "object") return piece.map(markupOf).join("");
  return String(piece).replace(/[&<>"']/g, (sign) => SIGNS[sign]);
}
