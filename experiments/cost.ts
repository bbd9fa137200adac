/** Writes the tables of `docs/cost.md` (`lib/experiment/plans/cost_task.ts`). */
import { costTask } from "../lib/experiment/plans/cost_task.ts";
import { experiments } from "./all.ts";

await costTask(experiments);
