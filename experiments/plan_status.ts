/** Shows what of a plan is done, running, failed and why (`lib/experiment/plans/status_task.ts`). */
import { statusTask } from "../lib/experiment/plans/status_task.ts";
import { experiments } from "./all.ts";

await statusTask(experiments);
