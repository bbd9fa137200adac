/**
 * A process that measures when it is asked to: one line of JSON in, one line of JSON out. Each side of the benchmark is
 * such a process, so that neither library shares memory or threads with the other, and only one of them works at a time.
 */
import { UserError } from "../../lib/files/user_error.ts";

/** A process that waits for requests. */
export interface Worker extends AsyncDisposable {
  /**
   * Asks for one thing and waits for the answer.
   *
   * @throws {UserError} with what the process wrote last, if it ended
   */
  ask<Answer>(request: Record<string, unknown>): Promise<Answer>;
}

/** What the process answers. */
type Reply<Answer> = { answer: Answer } | { error: string };

/** How much of its standard error is kept for messages. */
const TAIL = 2000; // characters

/**
 * Starts one.
 *
 * @param what how messages call it: "PyTorch's side"
 * @param env added to the environment
 */
export function startWorker(
  what: string,
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Worker {
  const child = new Deno.Command(program, { args, env, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const requests = child.stdin.getWriter();
  const replies = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const debug = Deno.env.get("DEBUG") !== undefined;
  let said = "";
  const watch = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      if (debug) console.error(text);
      said = (said + text).slice(-TAIL);
    }
  })();
  let read = "";

  async function line(): Promise<string | null> {
    while (!read.includes("\n")) {
      const { value, done } = await replies.read();
      if (done) return null;
      read += value;
    }
    const end = read.indexOf("\n");
    const first = read.slice(0, end);
    read = read.slice(end + 1);
    return first;
  }

  return {
    async ask<Answer>(request: Record<string, unknown>): Promise<Answer> {
      await requests.write(new TextEncoder().encode(JSON.stringify(request) + "\n")).catch(() => {});
      const reply = await line();
      if (reply === null) {
        const { code, signal } = await child.status;
        await watch;
        throw new UserError(`${what} ended (${signal ?? `exit code ${code}`}). It said last:\n${said.trim()}`);
      }
      const parsed: Reply<Answer> = JSON.parse(reply);
      if ("error" in parsed) throw new UserError(`${what}: ${parsed.error}`);
      return parsed.answer;
    },

    async [Symbol.asyncDispose](): Promise<void> {
      await requests.close().catch(() => {}); // the process ends with its input
      await replies.cancel();
      await child.status;
      await watch;
    },
  };
}
