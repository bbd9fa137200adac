/** The report: all results in one HTML file that needs no network. */
import { Buffer } from "node:buffer";
import type { MixingFrame } from "../figures/mixing_steps.ts";
import { inMode, type PlotlyFigure } from "../figures/plotly.ts";
import { metricTitles } from "../metrics/open_set_metrics.ts";
import type { Cell, MetricName, ResultFile } from "../results/result.ts";
import { dataTitle, notesOf, rowName, tableRows, words } from "../results/table.ts";
import { Html, html, htmlPage, jsonScript } from "./html.ts";
import type { PageParts } from "./page_parts.ts";
import { differencesFigure, runsFigure } from "./result_figures.ts";

/** A result file with its place. */
export interface NamedResult {
  /** Where it lies, for the commands that read it. */
  path: string;
  /** What it holds. */
  file: ResultFile;
}

/**
 * The page.
 *
 * @param results a section each, in this order
 * @param gallery what BackMix does to some images, from the raw to the mixed ones; empty for none
 */
export function reportPage(
  results: readonly NamedResult[],
  gallery: readonly MixingFrame[],
  { plotly, script, style }: PageParts,
): string {
  const inScript = (text: string) => new Html(text.replaceAll("</script", "<\\/script"));
  const head = html`
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
    <style>${new Html(style)}</style>
  `;
  const body = html`
    <header>
      <h1>BackMix Lab: results</h1>
      <p>Open set recognition without and with BackMix. Every number leads to the record of the first run
    behind it, the others follow; a column's title sorts by it.</p>
      <nav aria-label="Tables">
        <ul>${gallery.length > 0 ? html`<li><a href="#steps">BackMix, step by step</a></li>` : ""}${results.map((
          { file },
        ) => html`<li><a href="#${nameOf(file)}">${nameOf(file)}</a></li>`)}</ul>
      </nav>
    </header>
    <main>${gallery.length > 0 ? stepsOf(gallery) : ""}${results.map(section)}</main>
    <script>${inScript(plotly)}</script>
    <script>${inScript(script)}</script>
  `;
  return htmlPage({ title: "BackMix Lab: results", head, body });
}

function nameOf({ table, preset }: ResultFile): string {
  return `${table}.${preset}`;
}

function section({ path, file }: NamedResult): Html {
  const name = nameOf(file);
  const figures = [
    runsFigure(file, { title: "AUROC by the published score" }),
    ...(file.paired.length > 0 ? [differencesFigure(file, { title: "Change of AUROC" })] : []),
  ];
  return html`
    <section aria-labelledby="${name}">
    <h2 id="${name}">${name}</h2>
    ${tableOf(file, name)}
    <p class="soft">${notesOf(file).join(" ")}</p>
    <div class="figures">${figures.map((figure, k) => figureOf(figure, `${name}-figure-${k}`))}</div>
    <h3>Runs</h3>
    ${file.cells.map((cell) => record(cell, file, path))}
    </section>
  `;
}

/** The slider from the raw to the mixed images; without a script all steps stand below each other. */
function stepsOf(gallery: readonly MixingFrame[]): Html {
  const source = (png: Uint8Array) => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return html`
    <section aria-labelledby="steps">
      <h2 id="steps">BackMix, step by step</h2>
      <p>Generated training images above, the partners whose background is pasted below them; the class activation maps are
    those that a training with BackMix left in its bank.</p>
      <label class="slider" hidden>From raw to mixed
        <input type="range" min="0" max="${gallery.length - 1}" value="0" step="1"></label>
      <div class="scroll steps" tabindex="0" role="region" aria-label="Steps of BackMix">${gallery.map((
        { caption, png },
      ) => html`<img alt="${caption}" src="${source(png)}">`)}</div>
    </section>
  `;
}

function tableOf(file: ResultFile, name: string): Html {
  const [{ row: titles }, ...rows] = tableRows(file);
  const target = (id: string) => `${name}.${id}`;
  const cell = (text: string, k: number, cells: readonly string[]) =>
    k < 2 || cells.length === 0
      ? html`<td>${text}</td>`
      : html`<td><a href="#${target(cells[0])}" title="${cells.join(", ")}">${text}</a></td>`;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Table ${name}">
      <table>
        <thead>
          <tr>${titles.map((title) => html`<th scope="col"><button type="button">${title}</button></th>`)}</tr>
        </thead>
        <tbody>${rows.map(({ row, cells }) => html`<tr>${row.map((text, k) => cell(text, k, cells))}</tr>`)}</tbody>
      </table>
    </div>
  `;
}

function figureOf(figure: PlotlyFigure, id: string): Html {
  const title = (figure.layout.title as { text?: string } | undefined)?.text ?? "";
  return html`<div class="figure" role="img" aria-label="${title}" data-figure="${id}"></div>${
    jsonScript(id, { light: figure, dark: inMode(figure, "dark") })
  }`;
}

/** What a run was, its figures, and the command that repeats it. */
function record(cell: Cell, file: ResultFile, path: string): Html {
  const { training, hardware, engine, data, split } = cell;
  const facts: [string, string][] = [
    [
      "Split",
      `trial ${cell.trial} of ${split.protocol}: known ${split.known.join(", ")}; unknown ${split.unknown.join(", ")}`,
    ],
    ["Data", `${data.name}, ${data.official ? "official files" : "not the official files"}, SHA-256 ${data.sha256}`],
    ["Seed", String(cell.seed)],
    [
      "Training",
      `${training.epochs} epochs, ${training.steps} steps, ${training.images} images, ${
        Math.round(training.wall_seconds / 60)
      } minutes`,
    ],
    [
      "Machine",
      `${hardware.gpu ? `${hardware.gpu}, ` : ""}${hardware.processor}, ${hardware.cores} cores, ` +
      `${hardware.memory_gib} GiB; threads: ${engine.threads}, ${engine.precision}`,
    ],
    ["Engine", `TensorFlow ${engine.tensorflow}, TensorFlow.js ${engine.tfjs}, Deno ${engine.deno}`],
    ["Code", `${cell.code_version}, ${cell.finished}`],
    ["Repeat", `deno task rerun ${path} --cell ${cell.id}`],
    ["Scores", cell.scores_file],
  ];
  return html`
    <details id="${nameOf(file)}.${cell.id}">
    <summary>${rowName(cell)}${dataTitle(file)(cell)}, trial ${cell.trial}, seed ${cell.seed} <span class="soft">${cell
      .id}</span></summary>
    <dl>${facts.map(([term, text]) =>
      html`
        <dt>${term}</dt>
        <dd>${text}</dd>
      `
    )}</dl>
    ${figuresOf(cell)}
    <details><summary>Recipe</summary><pre>${JSON.stringify(cell.recipe, null, 2)}</pre></details>
    </details>
  `;
}

/** Every figure of a run with its bootstrap interval. */
function figuresOf({ metrics, extra = {} }: Cell): Html {
  const names = Object.keys(metricTitles) as MetricName[];
  const scores = Object.keys(metrics);
  const shown = (name: MetricName, score: string) => {
    const { value, low, high } = metrics[score][name];
    const text = (share: number) => name === "threshold95" ? share.toPrecision(4) : (100 * share).toFixed(1);
    return `${text(value)} (${text(low)} to ${text(high)})`;
  };
  const header = (title: string) => html`<th scope="col"><button type="button">${title}</button></th>`;
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Figures of the run">
      <table>
        <thead>
          <tr>${["Figure", ...scores.map(words)].map(header)}</tr>
        </thead>
        <tbody>${names.map((name) =>
          html`<tr><td>${metricTitles[name]}</td>${scores.map((score) => html`<td>${shown(name, score)}</td>`)}</tr>`
        )}</tbody>
      </table>
    </div>${Object.keys(extra).length === 0
      ? ""
      : html`<p>${
        Object.entries(extra).map(([name, value]) => `${words(name)} ${(100 * value).toFixed(1)}`).join(", ")
      }</p>`}
  `;
}
