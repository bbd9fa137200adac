/** Memory of this process, as Linux tells it; Deno opens that to nobody with less than all permissions. */

/**
 * Bytes of memory.
 *
 * @param what resident now, or at its highest; what getrusage tells of the highest begins with that of the process's parent
 */
export function processMemory(what: "VmRSS" | "VmHWM"): number {
  return 1024 * Number(new RegExp(`${what}:\\s+(\\d+)`).exec(Deno.readTextFileSync("/proc/self/status"))![1]);
}
