/**
 * This machine's name, where several share a disk and a process's number alone does not say enough; null without the
 * permission to ask.
 */
export function hostName(): string | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : null;
}
