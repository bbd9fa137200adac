/** Runs what is left of a plan on this machine (`lib/experiment/plans/run_plan_task.ts`). */
import { runPlanTask } from "../lib/experiment/plans/run_plan_task.ts";
import { experiments } from "./all.ts";

await runPlanTask(experiments);
