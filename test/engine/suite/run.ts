/**
 * Runs tfjs-core's own specs, and tfjs-node's, on this project's binding.
 *
 *     deno task test:engine            all of them, about ten seconds
 *     deno task test:engine "conv2d"   those whose name contains the words
 *
 * Left out is what `skipped.ts` lists, and what tfjs-core switches off. Ends with a line
 * `N passed, N failed, N skipped`; exit code 1 if any failed.
 */
import jasmineCore from "jasmine-core";
import type { Binding } from "../../../lib/engine/binding.ts";
import { engine, startTensorFlow } from "../../../lib/engine/tensorflow.ts";
import { standForAddon } from "./addon.ts";
import { loadSpecs } from "./bundle.ts";
import { writePackageFolder } from "./package_folder.ts";
import { SKIPPED } from "./skipped.ts";

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

/** The specs compare whole messages, TensorFlow's: without the operation and its inputs that the engine puts before. */
function bareMessages(binding: { executeOp: Binding["executeOp"] }): void {
  const { executeOp } = binding;
  binding.executeOp = (...operation) => {
    try {
      return executeOp(...operation);
    } catch (error) {
      (error as Error).message = (error as Error).message.replace(/^\w+\([^()]*\): /, "");
      throw error;
    }
  };
}

const words = Deno.args[0] ?? "";
const skipped = new Set(SKIPPED.flatMap(({ specs }) => specs));
const left = new Set(skipped); // of the list, what no spec was named yet
await startTensorFlow();
bareMessages(engine().binding);
standForAddon(engine().binding);
const specs = await loadSpecs();
const folder = await Deno.makeTempDir();
await writePackageFolder(folder);
Deno.chdir(folder); // tfjs-node's specs read files beside its package.json

const print = console.log;
console.log = console.warn = () => {}; // the specs try tf.profile and tf.time, which print
const environment = (jasmineCore.boot(jasmineCore) as Jasmine).getEnv();
const count = { passed: 0, failed: 0, skipped: 0 };
environment.configure({
  random: false,
  specFilter: (spec) => {
    const name = spec.getFullName();
    left.delete(name);
    return name.includes(words) && !skipped.has(name);
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
await Deno.remove(folder, { recursive: true });
const outside = failedExpectations.map(({ message }) => message); // of any spec
for (const message of [...outside, ...[...left].map((name) => `no spec has this name of the list: ${name}`)]) {
  count.failed++;
  print(`FAILED ${message}`);
}
print(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
Deno.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
