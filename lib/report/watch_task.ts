/** `deno task watch RUN`: a page on this machine that follows a run. */
import { dirname, resolve } from "node:path";
import { fileError } from "../files/file_error.ts";
import { runTask, stopSignal } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { pageParts } from "./page_parts.ts";
import { watchHandler } from "./watch.ts";

const PORT = 8787, LAST_PORT = 65535;

const HELP = `Serves a page that follows a run: loss, accuracy, learning rate, time left, and current maps.

Usage: deno task watch RUN [--port N]

RUN is the folder of a cell, such as runs/cifar10.quick/softmax.trial0.seed0.1a2b3c4d; it may still be empty. The page is
for this machine only (127.0.0.1). Ctrl-C ends it; the run goes on.

  --port N  default ${PORT}
  --help    this text`;

/**
 * Serves until it is told to stop.
 *
 * @throws {UserError} if an option is wrong, the folder is not there, or the port is in use
 */
export async function watch(args: readonly string[], stop: AbortSignal): Promise<void> {
  const given = taskArguments(args, {
    task: "watch",
    valued: ["port"],
    paths: { count: 1, called: "folders of runs" },
  });
  if (given === null) return console.log(HELP);
  const [directory] = given.paths;
  const port = wholeNumber("port", given.values.port, 1) ?? PORT;
  if (port > LAST_PORT) throw new UserError(`--port ${port}: give a number up to ${LAST_PORT}.`);
  await checkFolder(directory);
  const handler = watchHandler(directory, await pageParts("watch.js"));
  try {
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal: stop,
      onListen: ({ port }) =>
        console.log(`http://127.0.0.1:${port}/ follows ${resolve(directory)}. Ctrl-C ends this page.`),
    }, handler);
    await server.finished;
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "is in use"
      : error instanceof Deno.errors.PermissionDenied
      ? "is for the system's own programs"
      : null;
    if (why === null) throw error;
    throw new UserError(`Port ${port} ${why}. Choose another: --port ${port === PORT ? PORT + 1 : PORT}`);
  }
}

async function checkFolder(directory: string): Promise<void> {
  const { isDirectory } = await Deno.stat(directory).catch((error) => {
    throw fileError(error, "read", directory);
  });
  if (!isDirectory) throw new UserError(`${directory}: is a file. Give the run's folder, ${dirname(directory)} maybe.`);
}

if (import.meta.main) await runTask(() => watch(Deno.args, stopSignal()));
