/// <reference lib="dom" />
/**
 * Slow, needs a Chromium: the report page as a reader has it.
 *
 *     deno task test:report
 *
 * Screenshots go to runs/screenshots/, to be looked at.
 */
import { assert, assertEquals } from "@std/assert";
import { startChromium } from "../../lib/report/browser.ts";
import { reportReport } from "../../lib/report/report_task.ts";
import { faultsOf } from "./page_faults.ts";

const SHOTS = "runs/screenshots";
const file = `${await Deno.makeTempDir()}/report.html`;
await Deno.mkdir(SHOTS, { recursive: true });
await reportReport(["--out", file]);

Deno.test("the report draws every figure without an error or a request, sorts by keyboard, and opens what a link names", async () => {
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    const faults = faultsOf(page);
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) faults.push(`asks for ${request.url()}`);
    });
    await page.setViewport({ width: 1200, height: 900 });
    await page.goto(`file://${file}`);
    const [figures, drawn] = await page.evaluate(() => {
      const all = [...document.querySelectorAll(".figure")];
      return [all.length, all.filter((one) => one.querySelector(".scatterlayer .trace")).length];
    });
    assert(figures > 0);
    assertEquals(drawn, figures);
    await page.screenshot({ path: `${SHOTS}/report.png` });

    // by keyboard: the slider shows one step at a time, from the raw to the mixed images
    const shown = () => page.$$eval(".steps img:not([hidden])", (images) => images.map((image) => image.alt));
    assertEquals(await shown(), ["training images and partners"]);
    await page.focus(".slider input");
    await page.keyboard.press("ArrowRight");
    assertEquals(await shown(), ["class activation maps"]);
    await page.screenshot({ path: `${SHOTS}/steps.png` });
    await page.keyboard.press("End");
    assertEquals(await shown(), ["the network sees this"]);

    // by keyboard: the title of the AUROC column sorts, up and down
    const column = "section:nth-of-type(2) table th:nth-child(5) button";
    const values = () =>
      page.$$eval(
        "section:nth-of-type(2) > .scroll tbody tr td:nth-child(5)",
        (cells) => cells.map((cell) => parseFloat(cell.textContent!)).filter((value) => !Number.isNaN(value)),
      );
    await page.focus(column);
    await page.keyboard.press("Enter");
    const descending = await values();
    assertEquals(descending, descending.toSorted((a, b) => b - a));
    await page.keyboard.press("Enter");
    assertEquals(await values(), descending.toReversed().toSorted((a, b) => a - b));

    // a number leads to its run's record
    const target = await page.$eval("section:nth-of-type(3) > .scroll td a", (link) => {
      (link as HTMLAnchorElement).click();
      return link.getAttribute("href")!.slice(1);
    });
    await page.waitForFunction((id) => (document.getElementById(id) as HTMLDetailsElement).open, {}, target);
    await page.screenshot({ path: `${SHOTS}/record.png` });

    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await page.setViewport({ width: 390, height: 844, isMobile: true });
    await page.goto(`file://${file}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(overflow <= 0, `the page is ${overflow} px wider than a phone`);
    await page.screenshot({ path: `${SHOTS}/phone.png` });
    assertEquals(faults, []);
  } finally {
    await browser.close();
  }
});
