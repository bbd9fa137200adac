import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { profileReport } from "../../lib/experiment/profile_task.ts";
import { UserError } from "../../lib/files/user_error.ts";

Deno.test("a profile tells the kinds of operations of a step, and writes each of them as a trace", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const out = `${folder}/profile.json`;
    const { code, text } = await profileReport(["--batch", "2", "--steps", "2", "--threads", "2", "--out", out]);
    assertEquals(code, 0);
    assertMatch(text, /^A training step of softmax with classifier32, B = 2, float32; means of 2 steps\./);
    // of nine convolutions all but the first have an input gradient
    assertMatch(text, /Conv2D \| 9 \|/);
    assertMatch(text, /Conv2DBackpropInput \| 8 \|/);
    assertMatch(text, /Conv2DBackpropFilter \| 9 \|/);
    assertMatch(text, /\| all \| \d+ \| [\d.]+ \| 100.0 % \|/);
    const { traceEvents } = JSON.parse(await Deno.readTextFile(out));
    const kernels = traceEvents.filter(({ name }: { name: string }) => name.endsWith("Conv2DBackpropFilter"));
    assertEquals(kernels.length, 2 * 9);
    assert(kernels.some(({ args }: { args: { outputs: string[] } }) => args.outputs[0] === "float32[3,3,128,128]"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a profile of a method, backbone or batch that there is not is refused", async () => {
  await assertRejects(() => profileReport(["--method", "som"]), UserError, "--method som: no such method. Choose of");
  await assertRejects(() => profileReport(["--backbone", "vgg"]), UserError, "--backbone vgg: no such backbone");
  await assertRejects(() => profileReport(["--batch", "1"]), UserError, "--batch 1: give a whole number, 2 or more.");
});
