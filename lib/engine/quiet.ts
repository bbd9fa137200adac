/**
 * Keeps TensorFlow's start-up chatter off the terminal. It is written by static initialisers while the library loads,
 * before any of TensorFlow's own settings count, so the only place to stop it is the process's standard error itself.
 */

/** `O_WRONLY` of `open(2)`. */
const WRITE_ONLY = 1;
const STANDARD_ERROR = 2;

/**
 * Runs `work` with standard error (file descriptor 2) pointing to `/dev/null`. With `DEBUG` set, nothing is hidden.
 *
 * @param work synchronous
 */
export function quietly<T>(work: () => T): T {
  if (Deno.env.get("DEBUG")) return work();
  const libc = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6", {
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { dup, dup2, open, close } = libc.symbols;
  const saved = dup(STANDARD_ERROR);
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  dup2(nowhere, STANDARD_ERROR);
  try {
    return work();
  } finally {
    dup2(saved, STANDARD_ERROR);
    close(saved);
    close(nowhere);
    libc.close();
  }
}
