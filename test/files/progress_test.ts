import { assertEquals } from "@std/assert";
import { progressBar } from "../../lib/files/progress.ts";

/** What `act` prints on standard error as lines. */
function lines(act: () => void): string[] {
  const printed: string[] = [], error = console.error, isTerminal = Deno.stderr.isTerminal;
  console.error = (line: string) => printed.push(line);
  Deno.stderr.isTerminal = () => false;
  try {
    act();
  } finally {
    console.error = error;
    Deno.stderr.isTerminal = isTerminal;
  }
  return printed;
}

Deno.test("without a terminal the last state is printed once, as a plain line", () => {
  const printed = lines(() => {
    const bar = progressBar("epoch 1", 30_000, "images");
    for (let i = 0; i <= 30_000; i += 100) bar.update(i, "loss 1.2");
    bar.stop();
    bar.stop();
  });
  assertEquals(printed, ["epoch 1: 30,000 of 30,000 images, loss 1.2"]);
});

Deno.test("bytes are shown in MB, and an unknown total is left out", () => {
  const printed = lines(() => {
    const bar = progressBar("a.tar.gz", 0, "bytes");
    bar.update(12_340_000);
    bar.stop();
  });
  assertEquals(printed, ["a.tar.gz: 12.3 MB"]);
});
