/**
 * A figure as a notebook shows it: Plotly's data where a renderer draws them, and a static picture beside them for places
 * that have none, such as a code host's preview.
 *
 * A picture is kept by the digest of the figure's data, so that one never stands beside data that it does not show.
 * `deno task figures` makes the pictures.
 */
import { Buffer } from "node:buffer";
import { digest } from "../training/recipe.ts";
import type { PlotlyFigure } from "./plotly.ts";

/** Where the pictures lie. */
const PICTURES = new URL("../../notebooks/pictures/", import.meta.url);

/** Something that Deno's Jupyter kernel displays. */
export interface Displayed {
  /** The figure's data. */
  figure: PlotlyFigure;
  /** What Jupyter is given, by MIME type. */
  [display: symbol]: () => Record<string, unknown>;
}

/**
 * Shows a figure, as the last value of a cell.
 *
 * @param figure what to show
 * @param pictures the folder of the pictures, by default that of the notebooks
 */
export function show(figure: PlotlyFigure, pictures: URL = PICTURES): Displayed {
  return {
    figure,
    [Symbol.for("Jupyter.display")]: () => {
      const name = digest(figure);
      const picture = read(new URL(`${name}.png`, pictures));
      return {
        "application/vnd.plotly.v1+json": figure,
        ...(picture && { "image/png": Buffer.from(picture).toString("base64") }),
        "text/plain": `Plotly figure ${name}${picture ? "" : ", without a static picture: run deno task figures"}`,
      };
    },
  };
}

function read(path: URL): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
