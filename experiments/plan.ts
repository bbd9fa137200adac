/** Writes the trainings of tables as a plan, or a plan as a Slurm job (`lib/experiment/plans/plan_task.ts`). */
import { planTask } from "../lib/experiment/plans/plan_task.ts";
import { experiments } from "./all.ts";

await planTask(experiments);
