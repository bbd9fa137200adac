/** The part of `cli-progress` that `progress.ts` uses; the package comes without types. */

/** Colours and characters of a bar. */
export interface Preset {
  /** Character of what is done. */
  barCompleteChar: string;
  /** Character of what is left. */
  barIncompleteChar: string;
}

/** The presets by name. */
export const Presets: Record<"shades_classic", Preset>;

/** One bar, on standard error. */
export class SingleBar {
  /** Makes a bar that is not shown yet. */
  constructor(
    options: { format: string; barsize: number; linewrap: boolean; hideCursor: boolean; fps: number },
    preset: Preset,
  );
  /** Shows the bar. */
  start(total: number, done: number, payload: Record<string, string>): void;
  /** Moves the bar. */
  update(done: number, payload: Record<string, string>): void;
  /** Changes the total. */
  setTotal(total: number): void;
  /** Ends the bar. */
  stop(): void;
}
