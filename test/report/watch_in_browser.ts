/// <reference lib="dom" />
/**
 * Slow, needs a Chromium: the page that follows a run, as a reader has it.
 *
 *     deno task test:report
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { writeAtomic } from "../../lib/files/atomic.ts";
import { type NamedArray, sealSafetensors } from "../../lib/files/safetensors.ts";
import { startChromium } from "../../lib/report/browser.ts";
import { watch } from "../../lib/report/watch_task.ts";
import { CHECKPOINT_FORMAT } from "../../lib/training/checkpoint.ts";
import { LOG, type LogLine } from "../../lib/training/log.ts";
import { writePreview } from "../../lib/training/preview.ts";
import { faultsOf } from "./page_faults.ts";

const SHOTS = "runs/screenshots";
const STEPS = 40, EPOCH = 10;

/** The lines of some steps, two a second, with those of the epochs that they end. */
function steps(from: number, to: number, begun: number): LogLine[] {
  return Array.from({ length: to - from }, (_, k): LogLine[] => {
    const step = from + k, seconds = (step - begun) / 2;
    const line: LogLine = { event: "step", step, loss: 2 / (step + 1), rate: 0.1, seconds };
    if ((step + 1) % EPOCH !== 0) return [line];
    const epoch = (step + 1) / EPOCH - 1;
    const figures = { loss: 1 / (epoch + 1), accuracy: 0.2 * (epoch + 1), seconds, imagesPerSecond: 20 };
    return [
      line,
      { event: "epoch", epoch, step: step + 1, ...figures },
      { event: step + 1 === STEPS ? "finish" : "checkpoint", step: step + 1, seconds },
    ];
  }).flat();
}

Deno.test("the page follows a log while it is written, through a resume to its end, with the maps of the checkpoint", async () => {
  const directory = await Deno.makeTempDir();
  const write = (lines: readonly LogLine[]) =>
    Deno.writeTextFile(`${directory}/${LOG}`, lines.map((line) => JSON.stringify(line) + "\n").join(""), {
      append: true,
    });
  const begin = (event: "start" | "resume", step: number): LogLine => ({
    event,
    step,
    steps: STEPS,
    epochSteps: EPOCH,
    time: "2026-01-01T00:00:00Z",
    run: {},
  });
  await write([begin("start", 0), ...steps(0, 15, 0)]);
  const numbers = Int32Array.of(0, 1);
  const images = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, i) => i % 256);
  await writePreview(directory, { name: "train", side: 32, images, labels: numbers, index: numbers });
  const data = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 64) / 63);
  const maps: NamedArray = { dtype: "F32", shape: [2, 8, 8], data };
  const metadata = { format: CHECKPOINT_FORMAT, run: "{}", state: "{}" };
  await writeAtomic(`${directory}/checkpoint.safetensors`, sealSafetensors(new Map([["bank.maps", maps]]), metadata));

  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  const stop = new AbortController();
  const served = watch([directory, "--port", String(port)], stop.signal);
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    const faults = faultsOf(page);
    await page.setViewport({ width: 1200, height: 900 });
    await page.goto(`http://127.0.0.1:${port}/`);
    const says = (text: string) =>
      page.waitForFunction((text) => document.getElementById("state")!.textContent!.startsWith(text), {}, text);
    await says("Step 15 of 40, epoch 2; about 13 s left.");
    // two steps a second, 25 left
    await page.waitForFunction(() => !document.getElementById("maps")!.hidden);
    const points = (id: string) =>
      page.$eval(`#${id}`, (plot) => (plot as unknown as { data: { y: number[] }[] }).data[0].y);
    assertEquals([(await points("loss")).length, await points("accuracy")], [15, [20]]);
    await page.screenshot({ path: `${SHOTS}/watch.png` });

    // killed after step 15, the steps from the checkpoint on are done again
    await write([begin("resume", EPOCH), ...steps(EPOCH, STEPS, EPOCH)]);
    await says("Step 40 of 40, epoch 4; finished.");
    assertEquals([(await points("loss")).length, (await points("accuracy")).length], [STEPS, 4]);
    assertEquals(await page.$eval("#progress", (bar) => (bar as HTMLProgressElement).value), 1);

    await Deno.writeTextFile(`${directory}/${LOG}`, "no JSON\n", { append: true });
    await page.waitForFunction(() => document.getElementById("state")!.textContent!.includes("1 damaged"));
    assertMatch(await page.$eval("#maps img", (image) => (image as HTMLImageElement).src), /^blob:/);
    assert(await page.$eval("#maps img", (image) => (image as HTMLImageElement).naturalWidth > 400));
    assertEquals(faults, []);
  } finally {
    await browser.close();
    stop.abort();
    await served;
    await Deno.remove(directory, { recursive: true });
  }
});
