/** What the pages carry along, so that they need no network: Plotly, a style sheet, and a program of their own. */
import { createRequire } from "node:module";
import { join } from "node:path";
import plotly from "plotly.js-dist/package.json" with { type: "json" }; // so that Deno fetches the package
import { readText } from "../files/read.ts";

/** Parts of a page that do not change. */
export interface PageParts {
  /** Plotly's program. */
  plotly: string;
  /** The page's own program. */
  script: string;
  /** The style sheet. */
  style: string;
}

/**
 * Reads the parts of a page.
 *
 * @param script name of its program in `page/`
 * @throws {UserError} if a file cannot be read
 */
export async function pageParts(script: string): Promise<PageParts> {
  const part = (name: string) => readText(join(import.meta.dirname!, "page", name));
  return { plotly: await plotlySource(), script: await part(script), style: await part("style.css") };
}

/**
 * Plotly as one script.
 *
 * @throws {UserError} if the package cannot be read
 */
export function plotlySource(): Promise<string> {
  return readText(createRequire(import.meta.url).resolve(`${plotly.name}/plotly.js`));
}
