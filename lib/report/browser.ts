/**
 * Pictures of figures, drawn by Plotly in a Chromium of this machine, without a network.
 *
 * Puppeteer drives it (by Chrome's own developers); `puppeteer-core` brings no browser along.
 */
import { Buffer } from "node:buffer";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { UserError } from "../files/user_error.ts";
import type { PlotlyFigure } from "../figures/plotly.ts";
import { plotlySource } from "./page_parts.ts";

/** What Chromium is called, in the order of search. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** An open browser that draws. */
export interface Drawer extends AsyncDisposable {
  /** A figure as a PNG file; `scale` pixels stand for one of the figure. */
  png(figure: PlotlyFigure, scale: number): Promise<Uint8Array>;
  /** A figure as an SVG file. */
  svg(figure: PlotlyFigure): Promise<string>;
  /** A figure as a PDF file of one page, as large as the figure. */
  pdf(figure: PlotlyFigure): Promise<Uint8Array>;
}

/**
 * Starts the browser.
 *
 * @throws {UserError} if there is none, or it does not start
 */
export async function openDrawer(): Promise<Drawer> {
  const browser = await startChromium();
  const page = await emptyPage(browser).catch(async (error) => {
    await browser.close();
    throw error;
  });
  const image = async (figure: PlotlyFigure, format: "png" | "svg", scale = 1): Promise<Uint8Array> => {
    const url: string = await inPage(page, figure, format, scale);
    const [head, data] = [url.slice(0, url.indexOf(",")), url.slice(url.indexOf(",") + 1)];
    return head.endsWith(";base64") ? Buffer.from(data, "base64") : new TextEncoder().encode(decodeURIComponent(data));
  };
  const svg = async (figure: PlotlyFigure) => new TextDecoder().decode(await image(figure, "svg"));
  return {
    png: (figure, scale) => image(figure, "png", scale),
    svg,
    async pdf(figure) {
      const { width, height } = figure.layout as { width: number; height: number };
      const sheet = await browser.newPage();
      try {
        await sheet.setContent(`<style>body { margin: 0 } svg { display: block }</style>${await svg(figure)}`);
        return await sheet.pdf({ width, height, printBackground: true, pageRanges: "1" });
      } finally {
        await sheet.close();
      }
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** A page with Plotly and nothing else. */
async function emptyPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.setContent("<!doctype html><body></body>");
  await page.addScriptTag({ content: await plotlySource() });
  return page;
}

/** Plotly's own way to a picture, as a data URL. */
function inPage(page: Page, { data, layout }: PlotlyFigure, format: "png" | "svg", scale: number): Promise<string> {
  const { width, height } = layout as { width: number; height: number };
  const options = { format, width, height, scale };
  return page.evaluate(
    // deno-lint-ignore no-explicit-any -- runs in the page, where Plotly is a global
    (figure, options) => (globalThis as any).Plotly.toImage(figure, options),
    { data, layout } as Record<string, unknown>,
    options,
  );
}

/**
 * Starts a headless Chromium.
 *
 * @throws {UserError} if there is none, or it does not start
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = await findChromium();
  try {
    // its own sandbox needs rights that containers and root seldom have; it is shown nothing but our own pages
    return await puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).trim().split("\n")[0];
    throw new UserError(`${executablePath}: does not start (${why}). CHROMIUM=PATH names another browser.`, {
      cause: error,
    });
  }
}

async function findChromium(): Promise<string> {
  const named = Deno.env.get("CHROMIUM");
  if (named) return named;
  for (const name of NAMES) {
    for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
      const path = `${folder}/${name}`;
      if (folder !== "" && (await Deno.stat(path).catch(() => null))?.isFile) return path;
    }
  }
  throw new UserError(
    `No Chromium on the PATH (${NAMES.join(", ")}). Pictures are drawn in one: install it, on Debian by ` +
      "apt-get install chromium, or set CHROMIUM=PATH.",
  );
}
