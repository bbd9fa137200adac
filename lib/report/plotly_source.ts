/** Plotly's program, for pages that must not need a network. */
import { createRequire } from "node:module";
import plotly from "plotly.js-dist/package.json" with { type: "json" }; // so that Deno fetches the package
import { fileError } from "../files/file_error.ts";

/**
 * Plotly as one script.
 *
 * @throws {UserError} if the package cannot be read
 */
export async function plotlySource(): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`${plotly.name}/plotly.js`);
  return await Deno.readTextFile(path).catch((error) => {
    throw fileError(error, "read", path);
  });
}
