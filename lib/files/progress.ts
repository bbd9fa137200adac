/**
 * How far something has come: a bar on a terminal (cli-progress), else a plain line now and then, for logs. On standard
 * error, so that standard output stays the result's.
 */
// @ts-types="./cli_progress.d.ts"
import { Presets, SingleBar } from "cli-progress";

/** Time between two plain lines, in milliseconds. */
const pause = 5000;

/** A bar that is shown. */
export interface ProgressBar {
  /** Shows that `done` of the total is done, and a short note such as the loss. */
  update(done: number, note?: string): void;
  /** Ends the bar; the last state stays on the screen. */
  stop(): void;
}

/**
 * Shows a progress bar.
 *
 * @param label what is going on: "epoch 3", "cifar-10-binary.tar.gz"
 * @param total how much there is to do; 0 where that is not known
 * @param unit what is counted: "images"; "bytes" are shown in MB
 */
export function progressBar(label: string, total: number, unit: string): ProgressBar {
  return Deno.stderr.isTerminal() ? terminalBar(label, total, unit) : plainLines(label, total, unit);
}

/** The label on a line of its own and a short bar, so that time left and note fit into 80 columns. */
function terminalBar(label: string, total: number, unit: string): ProgressBar {
  console.error(label);
  const bar = new SingleBar({
    format: "{bar} {percentage} % | {eta_formatted} left | {state}",
    barsize: 18,
    linewrap: true, // as with the cursor, nothing is switched off that a killed process would leave so
    hideCursor: false,
    fps: 5,
  }, Presets.shades_classic);
  bar.start(total || 1, 0, { state: amount(0, total, unit) });
  return {
    update(done, note) {
      if (done > total) bar.setTotal(done);
      bar.update(done, { state: note ?? amount(done, total, unit) });
    },
    stop: () => bar.stop(),
  };
}

function plainLines(label: string, total: number, unit: string): ProgressBar {
  let shown = performance.now(), latest = "", last = "";
  const print = () => {
    if (latest !== last) console.error(last = latest);
  };
  return {
    update(done, note = "") {
      latest = `${label}: ${amount(done, total, unit)}${note && ", " + note}`;
      if (performance.now() - shown < pause) return;
      shown = performance.now();
      print();
    },
    stop: print,
  };
}

function amount(done: number, total: number, unit: string): string {
  const bytes = unit === "bytes";
  const show = (n: number) => bytes ? (n / 1e6).toFixed(1) : n.toLocaleString("en");
  return `${show(done)}${total ? " of " + show(total) : ""} ${bytes ? "MB" : unit}`;
}
