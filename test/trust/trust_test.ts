/** The short form of `deno task trust`, and its parts where they do not try anything. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { type Trust, trustNotes, trustTable } from "../../lib/results/trust_table.ts";
import { fullDisk } from "./full_disk.ts";
import { kills } from "./kills.ts";
import { mutatedBytes, mutatedJson } from "./mutate.ts";
import { mutations } from "./mutations.ts";
import { page } from "./page.ts";
import { permissions } from "./permissions.ts";
import { rowOf } from "./steps.ts";
import { trust } from "./trust.ts";

for (const { name, claim, counts, run } of [page, permissions, mutations, fullDisk, kills]) {
  // child processes end when they end, and TensorFlow's library stays
  Deno.test({ name: `${name}: ${claim}`, sanitizeOps: false, sanitizeResources: false }, async () => {
    const rows = await run({ count: counts.short, seed: 1, tick() {} });
    if (typeof rows === "string") return console.log(`left out: ${rows}`);
    assert(rows.length > 0 && rows.every(({ tried }) => tried > 0));
    assertEquals(rows.flatMap(({ what, faults }) => faults.map((fault) => `${what}: ${fault}`)), []);
  });
}

Deno.test("damage is the same for the same seed, and damage most of the time", () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => i), text = JSON.stringify({ a: [1, { b: "c" }], d: null });
  let [changed, other] = [0, 0];
  for (let k = 0; k < 300; k++) {
    assertEquals(mutatedBytes(bytes, stream(0, "test", k)), mutatedBytes(bytes, stream(0, "test", k)));
    if (mutatedBytes(bytes, stream(0, "test", k)).join() !== bytes.join()) changed++;
    if (mutatedJson(text, stream(0, "test", k)) !== text) other++;
  }
  assert(changed > 280 && other > 250, `${changed}, ${other}`);
  assertNotEquals(mutatedBytes(bytes, stream(0, "test")), mutatedBytes(bytes, stream(1, "test")));
});

Deno.test("a long training fails where memory climbs, or a count moves, after it has settled", () => {
  const samples = Array.from({ length: 40 }, (_, k) => ({
    step: 500 * k,
    memory: 400e6 + (k < 20 ? 1e6 * k : 20e6) + (k % 2) * 1e5,
    tensors: 75,
    functions: k === 0 ? 2 : 1,
    files: 20,
  }));
  assertEquals(rowOf(samples).faults, []);
  const climbing = samples.map((sample) => ({ ...sample, memory: 400e6 + 4096 * sample.step }));
  assertMatch(rowOf(climbing).faults.join(), /^memory grows by 38912 kB from step 10000 to step 19500$/);
  const leaking = samples.map((sample, k) => ({ ...sample, tensors: 75 + (k > 30 ? 1 : 0) }));
  assertMatch(rowOf(leaking).faults.join(), /^the number of tensors changes: 75, 76$/);
});

Deno.test("the table tells how often each harm was done and stood, and what was left out", () => {
  const shared = {
    seed: 0,
    seconds: 150,
    code_version: "0123456",
    finished: "2025-01-02T03:04:05.678Z",
    hardware: { processor: "a processor", cores: 2, memory_gib: 8 },
  };
  const rows = [{ what: "zip", tried: 1200, failed: 2, faults: ["one", "two"], note: "" }];
  const file: Trust = {
    version: 1,
    subjects: [
      { ...shared, name: "files", claim: "They hold.", skipped: null, rows },
      { ...shared, name: "disk", claim: "It holds.", skipped: "root only", rows: [] },
    ],
  };
  assertEquals(trustTable(file).slice(1), [
    ["files", "zip", "1,200", "1,198", ""],
    ["disk", "", "0", "", "left out: root only"],
  ]);
  assertMatch(
    trustNotes(file)[0],
    /^- files: They hold\. Tried on 2025-01-02 with code 0123456, seed 0, in 3 minutes;/,
  );
});

Deno.test("an option that is none, or a part that is none, is told", async () => {
  await assertRejects(() => trust(["--only", "x"]), UserError, "--only x: choose one of served-page, ");
  await assertRejects(() => trust(["--count", "3"]), UserError, "--count is of one part");
});
