/**
 * The CAM bank: what BackMix knows of each training image's foreground, one 8x8 map an image.
 *
 * A map starts at 0.5 everywhere and follows the network: map = 0.1 * new + 0.9 * map after each step that saw the image
 * (BackMix, TPAMI 2025; backmix.py `soft_seg`).
 *
 * Mixing runs ahead of the step. So that timing never changes a bit, step t mixes by the maps as they stood after the
 * updates of steps up to t - 1 - lag; later updates wait. With lag 0 mixing must wait for the step before; with lag 1 the
 * next batch is mixed while a step runs.
 */
import { UserError } from "../files/user_error.ts";
import { AREA } from "./foreground.ts";

/** How a bank moves; part of the recipe. */
export interface BankOptions {
  /**
   * "described": as the paper says. "reference": drawing a partner also divides its map by the map's sum, a side effect of
   * backmix.py. Its values drop from around 1/2 to around 1/64, so the next update all but replaces the map by the new one.
   */
  bank: "described" | "reference";
  /** Weight of the new map, in (0, 1]. */
  momentum: number;
  /** Steps that mixing runs ahead of the bank, 0 or more. */
  lag: number;
}

/** What one step tells the bank. */
export interface Update {
  /** Images that were partners in this step's mixing, in order; for `bank: "reference"` only, else empty. */
  partners: Int32Array;
  /** Images of the batch, `[batch]`. */
  images: Int32Array;
  /** Their class activation maps, `[batch, 8, 8]`, in [0, 1]. */
  maps: Float32Array;
}

/** What a checkpoint keeps of a bank. */
export interface BankState {
  /** `[images, 8, 8]`. */
  maps: Float32Array;
  /** Updates that wait, oldest first; as many as the lag, fewer in the first steps. */
  waiting: Update[];
}

/**
 * A bank and the updates that wait to enter it.
 *
 * @example
 * ```ts
 * import { CamBank } from "./cam_bank.ts";
 * import { assertEquals } from "@std/assert";
 * const bank = new CamBank(10, { bank: "described", momentum: 0.1, lag: 0 });
 * assertEquals(bank.at(0)[7 * 64], 0.5);
 * bank.record(0, [7], new Float32Array(64).fill(1));
 * assertEquals(bank.at(1)[7 * 64], Math.fround(0.55));
 * ```
 */
export class CamBank {
  /** Number of images. */
  readonly images: number;
  #options: BankOptions;
  #maps: Float32Array;
  #waiting: Update[] = [];
  #recorded = 0;

  /**
   * A bank that knows nothing: every cell of every map is 0.5.
   *
   * @throws {UserError} if an option is out of its range
   */
  constructor(images: number, options: BankOptions) {
    const { momentum, lag } = options;
    if (!(momentum > 0 && momentum <= 1)) {
      throw new UserError(`BackMix: momentum ${momentum}. Give one above 0 and up to 1 (published: 0.1).`);
    }
    if (!(Number.isInteger(lag) && lag >= 0)) throw new UserError(`BackMix: lag ${lag}. Give a whole number from 0.`);
    this.images = images;
    this.#options = options;
    this.#maps = new Float32Array(images * AREA).fill(0.5);
  }

  /**
   * A bank that goes on from a checkpoint.
   *
   * @param state as `state` returned it
   * @param step the next step, which is the number of steps done
   * @throws {RangeError} if the state is not one of a bank with this lag at this step
   */
  static restore({ maps, waiting }: BankState, step: number, options: BankOptions): CamBank {
    if (waiting.length !== Math.min(step, options.lag)) {
      throw new RangeError(`CAM bank at step ${step} with lag ${options.lag}: ${waiting.length} updates wait`);
    }
    const bank = new CamBank(maps.length / AREA, options);
    bank.#maps.set(maps);
    bank.#waiting = [...waiting];
    bank.#recorded = step;
    return bank;
  }

  /**
   * The maps as mixing for `step` reads them, `[images, 8, 8]`; not to be written to, and valid until the next call.
   *
   * @throws {RangeError} if an update that `step` needs is not recorded yet, or one that it must not see has entered
   */
  at(step: number): Float32Array {
    const wanted = Math.max(0, step - this.#options.lag);
    let entered = this.#recorded - this.#waiting.length;
    if (wanted > this.#recorded || wanted < entered) {
      throw new RangeError(`step ${step} reads ${wanted} updates; ${this.#recorded} recorded, ${entered} entered`);
    }
    for (; entered < wanted; entered++) enter(this.#maps, this.#waiting.shift()!, this.#options);
    return this.#maps;
  }

  /**
   * Hands in what `step` learnt; steps come in order. The arguments are copied.
   *
   * If an image is twice in a batch, both of its maps are mixed with its old row, and the later result stays.
   *
   * @param images indices of the batch, `[batch]`
   * @param maps their class activation maps, `[batch, 8, 8]`, in [0, 1]
   * @param partners images that mixing drew as partners for this step, in order
   * @throws {RangeError} if a step is left out or repeated, an image does not exist, or the maps' number differs
   */
  record(step: number, images: ArrayLike<number>, maps: ArrayLike<number>, partners: ArrayLike<number> = []): void {
    if (step !== this.#recorded) throw new RangeError(`CAM bank: step ${step} recorded, expected ${this.#recorded}`);
    if (maps.length !== images.length * AREA) {
      throw new RangeError(`CAM bank: ${maps.length} map values for ${images.length} images`);
    }
    const update = {
      partners: new Int32Array(this.#options.bank === "reference" ? partners : []),
      images: new Int32Array(images),
      maps: new Float32Array(maps),
    };
    for (const image of [...update.partners, ...update.images]) {
      if (!(image >= 0 && image < this.images)) throw new RangeError(`CAM bank: image ${image} of ${this.images}`);
    }
    this.#waiting.push(update);
    this.#recorded++;
  }

  /**
   * A copy of the bank between two steps, the same however far mixing has run ahead.
   *
   * @throws {RangeError} if mixing has run further ahead than the next step
   */
  state(): BankState {
    return { maps: this.at(this.#recorded).slice(), waiting: [...this.#waiting] };
  }
}

/** Moves the maps by one update: first what drawing did to them, then the new maps, each operation rounded to float32. */
function enter(bank: Float32Array, { partners, images, maps }: Update, { momentum }: BankOptions): void {
  for (const image of partners) {
    const row = bank.subarray(image * AREA, (image + 1) * AREA);
    const sum = Math.fround(row.reduce((total, value) => total + value, 0));
    if (sum > 0) { for (let k = 0; k < AREA; k++) row[k] /= sum; }
  }
  const fresh = Math.fround(momentum);
  const old = Math.fround(1 - momentum);
  const moved = new Float32Array(maps.length); // apart from the bank, for an image that is twice in the batch
  for (let k = 0; k < images.length; k++) {
    for (let cell = 0; cell < AREA; cell++) {
      const at = k * AREA + cell;
      moved[at] = Math.fround(fresh * maps[at]) + Math.fround(old * bank[images[k] * AREA + cell]);
    }
  }
  for (let k = 0; k < images.length; k++) bank.set(moved.subarray(k * AREA, (k + 1) * AREA), images[k] * AREA);
}
