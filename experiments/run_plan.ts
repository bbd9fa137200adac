/** Runs what is left of a plan on this machine (`lib/experiment/plans/run_plan_task.ts`). */
import { runRunPlanTask } from "../lib/experiment/plans/run_plan_task.ts";
import { experiments } from "./all.ts";

await runRunPlanTask(experiments);
