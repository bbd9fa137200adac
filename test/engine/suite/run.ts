/**
 * Runs tfjs-core's own specs on this project's binding.
 *
 *     deno task test:engine            all of them, about ten seconds
 *     deno task test:engine "conv2d"   those whose name contains the words
 *
 * Left out is what tfjs-node leaves out of the same specs on its own addon (`IGNORE_LIST` in its `run_tests.js`). Ends
 * with a line `N passed, N failed, N skipped`; exit code 1 if any failed.
 */
import jasmineCore from "jasmine-core";
import { startTensorFlow } from "../../../lib/engine/tensorflow.ts";
import { loadSpecs, packageFile } from "./bundle.ts";

interface Spec {
  getFullName(): string;
}

interface SpecResult {
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}

/** The part of Jasmine that is used here. */
interface Jasmine {
  getEnv(): {
    configure(options: { random: boolean; specFilter(spec: Spec): boolean }): void;
    addReporter(reporter: { specDone(result: SpecResult): void }): void;
    execute(): Promise<{ failedExpectations: { message: string }[] }>;
  };
}

/**
 * The names that tfjs-node skips: one quoted string a line, between comments.
 *
 * @throws {Error} if the file has another form
 */
function skippedNames(): string[] {
  const source = Deno.readTextFileSync(packageFile("@tensorflow/tfjs-node-gpu/dist/run_tests.js"));
  const list = source.match(/var IGNORE_LIST = \[\n(.*?)\n\];/s)?.[1];
  if (list === undefined) throw new Error("tfjs-node-gpu/dist/run_tests.js: no IGNORE_LIST found");
  const lines = list.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("//"));
  return lines.map((line) => {
    const name = line.match(/^'([^'\\]+)',?$/)?.[1];
    if (name === undefined) throw new Error(`tfjs-node-gpu/dist/run_tests.js: IGNORE_LIST is not understood: ${line}`);
    return name;
  });
}

const words = Deno.args[0] ?? "";
const skipped = skippedNames();
await startTensorFlow();
const specs = await loadSpecs();

const print = console.log;
console.log = console.warn = () => {}; // the specs try tf.profile and tf.time, which print
const environment = (jasmineCore.boot(jasmineCore) as Jasmine).getEnv();
const count = { passed: 0, failed: 0, skipped: 0 };
environment.configure({
  random: false,
  specFilter: (spec) => {
    const name = spec.getFullName();
    return name.includes(words) && !skipped.some((skip) => name.includes(skip));
  },
});
environment.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    if (status === "passed") count.passed++;
    else if (status !== "failed") count.skipped++;
    else {
      count.failed++;
      print(`FAILED ${fullName}\n    ${failedExpectations[0]?.message}`);
    }
  },
});
await specs.define();
const { failedExpectations } = await environment.execute();
for (const { message } of failedExpectations) { // errors outside of any spec
  count.failed++;
  print(`FAILED ${message}`);
}
print(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
Deno.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
