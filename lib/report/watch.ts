/**
 * The page that follows a run: what a request gets. It reads the run's folder only, and answers this machine only.
 */
import { basename, dirname, join } from "node:path";
import { mapMosaic } from "../figures/map_mosaic.ts";
import { UserError } from "../files/user_error.ts";
import { LOG } from "../training/log.ts";
import { PREVIEW, readPreview } from "../training/preview.ts";
import { CHECKPOINT } from "../training/train.ts";
import { html, htmlPage } from "./html.ts";
import type { PageParts } from "./page_parts.ts";

/** A stretch of a log. */
export interface LogPart {
  /** Whole lines, as they are. */
  lines: string[];
  /** Where the next stretch begins, in bytes. */
  next: number;
}

/** Names under which a browser reaches this machine: any other means that another site points at it. */
const OWN = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

const HEADERS = {
  "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Makes the function that answers requests.
 *
 * @param directory the run's folder
 */
export function watchHandler(
  directory: string,
  { plotly, script, style }: PageParts,
): (request: Request) => Promise<Response> {
  const file = (body: BodyInit, type: string, status = 200) =>
    new Response(body, { status, headers: { ...HEADERS, "content-type": type } });
  const text = (body: string, status: number) => file(body, "text/plain; charset=utf-8", status);

  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (!OWN.test(request.headers.get("host") ?? "")) return text("This page answers its own machine only.", 403);
    if (!isOwn(request)) return text("This page answers no other page.", 403);
    if (request.method !== "GET") return text("Only GET.", 405);
    switch (pathname) {
      case "/":
        return file(page(directory), "text/html; charset=utf-8");
      case "/style.css":
        return file(style, "text/css; charset=utf-8");
      case "/script.js":
        return file(script, "text/javascript; charset=utf-8");
      case "/plotly.js":
        return file(plotly, "text/javascript; charset=utf-8");
      case "/log": {
        const from = Number(searchParams.get("from") ?? 0);
        if (!Number.isSafeInteger(from) || from < 0) return text("from: give a whole number.", 400);
        await checkInside(directory, LOG);
        return Response.json(await logPart(join(directory, LOG), from), { headers: HEADERS });
      }
      case "/maps.png":
        for (const name of [CHECKPOINT, PREVIEW]) await checkInside(directory, name);
        return await maps(directory).then(
          (png) =>
            png === null ? new Response(null, { status: 204, headers: HEADERS }) : file(png as BodyInit, "image/png"),
          (error) => {
            if (!(error instanceof UserError)) throw error;
            return text(error.message, 409);
          },
        );
      default:
        return text("No such page.", 404);
    }
  };
  return (request) =>
    answer(request).catch((error) => {
      if (error instanceof Outside) return text(error.message, 403);
      throw error;
    });
}

/** Whether the request comes from this page, or from no page: browsers tell in `Origin` which one asks. */
function isOwn({ headers }: Request): boolean {
  const origin = headers.get("origin");
  return origin === null || origin === `http://${headers.get("host")}`;
}

/** A file of the run's folder is a link that leads out of it. */
class Outside extends Error {}

/** Follows links inside the folder only: who may write into it may not show what else this user can read. */
async function checkInside(directory: string, name: string): Promise<void> {
  const [folder, file] = await Promise.all(
    [directory, join(directory, name)].map((path) =>
      Deno.realPath(path).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      })
    ),
  );
  if (folder === null || file === null || dirname(file) === folder) return;
  throw new Outside(`${name} is a link out of the run's folder, which this page does not follow.`);
}

/**
 * The whole lines of a log from a place on. A log that has become shorter was begun anew: then all of it.
 *
 * @param from bytes that are known already
 */
export async function logPart(path: string, from: number): Promise<LogPart> {
  const file = await Deno.open(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  const begin = from > ((await file?.stat())?.size ?? 0) ? 0 : from;
  if (file === null) return { lines: [], next: begin };
  await file.seek(begin, Deno.SeekMode.Start); // a log grows to megabytes, and is asked for every two seconds
  const bytes = new Uint8Array(await new Response(file.readable).arrayBuffer());
  const end = bytes.lastIndexOf(10); // 10: end of line; a line that is being written comes with the next part
  if (end < 0) return { lines: [], next: begin };
  return { lines: new TextDecoder().decode(bytes.subarray(0, end)).split("\n"), next: begin + end + 1 };
}

async function maps(directory: string): Promise<Uint8Array | null> {
  const preview = await readPreview(directory, join(directory, CHECKPOINT));
  return preview && mapMosaic(preview.shown, preview.side);
}

function page(directory: string): string {
  const head = html`
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="data:,">
  `;
  const body = html`
    <h1>${basename(directory)}</h1>
    <p id="state" role="status">Waiting for the run's log.</p>
    <progress id="progress" max="1" value="0" aria-label="Steps done"></progress>
    <div class="figures">
      <div id="loss"></div>
      <div id="accuracy"></div>
      <div id="rate"></div>
    </div>
    <figure id="maps"
      hidden><figcaption>Some training images, each beside its class activation map as the last checkpoint has it</figcaption><img alt="Images, and maps in colours from low (dark) to high (yellow)"></figure>
    <script src="/plotly.js"></script>
    <script src="/script.js"></script>
  `;
  return htmlPage({ title: basename(directory), head, body });
}
