/** Downloads a file in a process of its own, which can be killed: `download_child.ts DOWNLOAD_AS_JSON`. */
import { download } from "../../lib/files/download.ts";
import { runTask } from "../../lib/files/task.ts";

await runTask(() => download(JSON.parse(Deno.args[0])));
