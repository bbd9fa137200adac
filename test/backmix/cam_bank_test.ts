import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type BankOptions, CamBank } from "../../lib/backmix/cam_bank.ts";
import { AREA } from "../../lib/backmix/foreground.ts";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";

const described: BankOptions = { bank: "described", momentum: 0.1, lag: 0 };
const reference: BankOptions = { ...described, bank: "reference" };
const flat = (images: number, value: number) => new Float32Array(images * AREA).fill(value);

Deno.test("every map starts at 0.5", () => {
  assertEquals(new CamBank(3, described).at(0), flat(3, 0.5));
});

Deno.test("an update mixes 0.1 of the new map into the old, in float32, and leaves other images alone", () => {
  const bank = new CamBank(3, described);
  bank.record(0, [2], flat(1, 0.25));
  const expected = flat(3, 0.5);
  expected.fill(Math.fround(0.1) * 0.25 + Math.fround(0.9) * 0.5, 2 * AREA);
  assertEquals(bank.at(1), expected);
});

Deno.test("an image that is twice in a batch takes the later map, mixed with the row before the batch", () => {
  const bank = new CamBank(2, { ...described, momentum: 0.5 });
  bank.record(0, [1, 1], [...flat(1, 0), ...flat(1, 1)]);
  assertEquals(bank.at(1), Float32Array.from([...flat(1, 0.5), ...flat(1, 0.75)]));
});

Deno.test("the reference's bank divides a partner's map by its sum before the update, the described one does not", () => {
  for (const [options, expected] of [[described, 0.5], [reference, 1 / AREA]] as const) {
    const bank = new CamBank(2, options);
    bank.record(0, [0], flat(1, 0.5), [1]);
    assertAlmostEquals(bank.at(1)[AREA], expected, 1e-9);
    bank.record(1, [1], flat(1, 1), [1]);
    assertAlmostEquals(bank.at(2)[AREA], 0.1 + 0.9 * expected, 1e-7);
  }
});

Deno.test("step t sees the updates of steps up to t - 1 - lag, whenever the later ones come in", () => {
  const steps = 12;
  const anyRun = fc.record({
    lag: fc.integer({ min: 0, max: 4 }),
    bank: fc.constantFrom("described" as const, "reference" as const),
    ahead: fc.array(fc.nat(4), { minLength: steps, maxLength: steps }),
    seed: fc.nat(),
  });
  fc.assert(fc.property(anyRun, ({ lag, bank: kind, ahead, seed }) => {
    const options = { ...described, bank: kind, lag };
    const unlagged = new CamBank(5, { ...options, lag: 0 });
    const past: Float32Array[] = []; // past[n]: the bank after n updates
    for (let step = 0; step <= steps; step++) {
      past.push(unlagged.at(step).slice());
      if (step < steps) record(unlagged, step, seed);
    }
    const bank = new CamBank(5, options);
    let mixed = 0; // steps whose mixing is done
    for (let step = 0; step < steps; step++) {
      for (; mixed <= step + Math.min(lag, ahead[step]); mixed++) {
        assertEquals(bank.at(mixed), past[Math.max(0, mixed - lag)]);
      }
      record(bank, step, seed);
    }
  }));
});

Deno.test("a bank that went through a checkpoint goes on as if it had not", () => {
  const anyRun = fc.record({
    lag: fc.integer({ min: 0, max: 3 }),
    bank: fc.constantFrom("described" as const, "reference" as const),
    stop: fc.integer({ min: 0, max: 8 }),
    seed: fc.nat(),
  });
  fc.assert(fc.property(anyRun, ({ lag, bank: kind, stop, seed }) => {
    const options = { ...described, bank: kind, lag };
    const unbroken = new CamBank(5, options);
    let resumed = new CamBank(5, options);
    for (let step = 0; step < 8; step++) {
      if (step === stop) resumed = CamBank.restore(resumed.state(), step, options);
      assertEquals(resumed.at(step), unbroken.at(step));
      record(unbroken, step, seed);
      record(resumed, step, seed);
    }
    assertEquals(resumed.state(), unbroken.state());
  }));
});

Deno.test("a state is a copy, and the same whether or not the next batch is mixed already", () => {
  const options = { ...described, lag: 1 };
  const [early, late] = [new CamBank(5, options), new CamBank(5, options)];
  for (const bank of [early, late]) for (let step = 0; step < 3; step++) record(bank, step, 0);
  early.at(3);
  const state = early.state();
  assertEquals(state, late.state());
  assertEquals(state.waiting.length, 1);
  record(early, 3, 0);
  early.at(4);
  assertEquals(state, late.state());
});

Deno.test("mixing that would see too little or too much is an error, not another result", () => {
  const bank = new CamBank(5, { ...described, lag: 1 });
  bank.at(1);
  assertThrows(() => bank.at(2), RangeError, "step 2 reads 1 updates; 0 recorded");
  record(bank, 0, 0);
  record(bank, 1, 0);
  bank.at(3);
  assertThrows(() => bank.at(2), RangeError, "2 entered");
});

Deno.test("updates out of order, of other sizes, or of images that do not exist are refused", () => {
  const bank = new CamBank(5, described);
  assertThrows(() => bank.record(1, [0], flat(1, 0)), RangeError, "expected 0");
  assertThrows(() => bank.record(0, [0, 1], flat(1, 0)), RangeError, "64 map values for 2 images");
  assertThrows(() => bank.record(0, [5], flat(1, 0)), RangeError, "image 5 of 5");
  assertThrows(() => new CamBank(5, reference).record(0, [], [], [-1]), RangeError, "image -1 of 5");
  bank.record(0, [0], flat(1, 0)); // none of them counted
});

Deno.test("a state of another lag is refused", () => {
  const bank = new CamBank(5, { ...described, lag: 2 });
  for (let step = 0; step < 4; step++) record(bank, step, 0);
  assertThrows(() => CamBank.restore(bank.state(), 4, described), RangeError, "lag 0: 2 updates wait");
});

Deno.test("a momentum or lag out of its range is explained", () => {
  for (const momentum of [0, -1, 1.1, NaN]) {
    assertThrows(() => new CamBank(1, { ...described, momentum }), UserError, `momentum ${momentum}`);
  }
  for (const lag of [-1, 0.5, NaN]) assertThrows(() => new CamBank(1, { ...described, lag }), UserError, `lag ${lag}`);
});

/** Records a step with two random images, maps, and partners. */
function record(bank: CamBank, step: number, seed: number): void {
  const random = stream(seed, "record", step);
  const two = () => [random.int(bank.images), random.int(bank.images)];
  bank.record(step, two(), Float32Array.from({ length: 2 * AREA }, () => random.uniform()), two());
}
