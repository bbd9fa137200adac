/** Notebooks as files, and the figures in their outputs (nbformat 4.5). */
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { readText } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import type { PlotlyFigure } from "../figures/plotly.ts";

/** The MIME type of a figure. */
export const PLOTLY = "application/vnd.plotly.v1+json";

/** An output of a cell. */
export interface Output {
  /** "execute_result", "display_data", "stream" or "error". */
  output_type: string;
  /** Of a stream: "stdout" or "stderr". */
  name?: string;
  /** What it shows, by MIME type. */
  data?: Record<string, unknown>;
  /** The error's name and message, if it is one. */
  ename?: string;
  /** The error's message. */
  evalue?: string;
}

/** A cell. */
export interface NotebookCell {
  /** "code" or "markdown". */
  cell_type: string;
  /** Its tags, among others: the figures of a cell with the tag "trains" come out otherwise on another processor. */
  metadata?: { tags?: string[] };
  /** Its text, in lines or as a whole. */
  source: string | string[];
  /** What it gave, if it is code. */
  outputs?: Output[];
  /** How many cells ran before it. */
  execution_count?: number | null;
}

/** A notebook. */
export interface Notebook {
  /** In their order. */
  cells: NotebookCell[];
  /** Version of the form. */
  nbformat: number;
}

/** Paths of the notebooks in a folder, sorted. */
export async function notebooksIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    throw fileError(error, "read", folder);
  });
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".ipynb")).sort().map((name) =>
    `${folder}/${name}`
  );
}

/**
 * Reads a notebook.
 *
 * @throws {UserError} if it cannot be read, or is none of nbformat 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await readText(path);
  try {
    const notebook = JSON.parse(text);
    if (notebook.nbformat === 4 && Array.isArray(notebook.cells) && notebook.cells.every(isCell)) return notebook;
  } catch {
    // told below
  }
  throw new UserError(`${path}: is no notebook of nbformat 4. Restore it, by git checkout for example.`);
}

/** Whether what is read of a cell has its form. */
function isCell({ outputs = [], metadata: { tags = [] } = {} }: NotebookCell): boolean {
  return Array.isArray(tags) && Array.isArray(outputs) && outputs.every((output) => isObject(output));
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Writes a notebook as Jupyter does: one space a level, so that its own saving changes nothing. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await writeTextAtomic(path, JSON.stringify(notebook, null, 1) + "\n");
}

/** An output that holds a figure. */
export interface FigureOutput {
  /** The figure. */
  figure: PlotlyFigure;
  /** The output's data, the figure among them. */
  data: Record<string, unknown>;
  /** Whether its cell trains: then its numbers are of this processor. */
  trains: boolean;
}

/** Outputs that hold a figure, in the order of the notebook. */
export function figureOutputs({ cells }: Notebook): FigureOutput[] {
  return cells.flatMap(({ outputs = [], metadata }) =>
    outputs.flatMap(({ data }) => {
      if (data?.[PLOTLY] === undefined) return [];
      const trains = metadata?.tags?.includes("trains") ?? false;
      return [{ figure: data[PLOTLY] as PlotlyFigure, data, trains }];
    })
  );
}

/** Takes away what cells said of their progress: it is of one run. */
export function forgetProgress({ cells }: Notebook): void {
  for (const cell of cells) cell.outputs = cell.outputs?.filter(({ name }) => name !== "stderr");
}

/** Pictures that stand for themselves, not for a figure, as base64, in the order of the notebook. */
export function pictureOutputs({ cells }: Notebook): string[] {
  return cells.flatMap(({ outputs = [] }) => outputs).flatMap(({ data }) => {
    const png = data?.["image/png"];
    return typeof png === "string" && data?.[PLOTLY] === undefined ? [png] : [];
  });
}
