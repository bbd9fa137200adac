/** `deno task doctor`: what of all that the engine needs is there, what is missing, and the command that repairs it. */
import { runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { doctorText, missing } from "./doctor.ts";
import { doctorFacts } from "./doctor_facts.ts";

const help = `Says what TensorFlow finds on this machine, what is missing, and the one command that repairs it.

    deno task doctor

Loads the library that a task would use, if there is one, and computes with it. Fetches nothing, writes nothing that stays.
Exit code 0 if TensorFlow runs, else 1.`;

if (import.meta.main) {
  await runReport(async () => {
    if (taskArguments(Deno.args, { task: "doctor", paths: { count: 0, called: "paths" } }) === null) {
      return { code: 0, text: help };
    }
    const facts = await doctorFacts();
    return { code: missing(facts) === null ? 0 : 1, text: doctorText(facts) };
  });
}
