/** A cache of a test file's own. The environment is the whole process's, so it is set while the file's tests run only. */
import { join } from "node:path";

/**
 * Lets the tests of the calling file use an empty cache, which goes when they end.
 *
 * @returns a folder for the tests' own use; the cache lies in `cache` below it
 */
export async function ownCache(): Promise<string> {
  const folder = await Deno.makeTempDir();
  let before: string | undefined;
  Deno.test.beforeAll(() => {
    before = Deno.env.get("BACKMIX_HOME");
    Deno.env.set("BACKMIX_HOME", join(folder, "cache"));
  });
  Deno.test.afterAll(async () => {
    if (before === undefined) Deno.env.delete("BACKMIX_HOME");
    else Deno.env.set("BACKMIX_HOME", before);
    await Deno.remove(folder, { recursive: true });
  });
  return folder;
}
