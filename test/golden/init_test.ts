/** Initial parameters against the distributions that the references draw from. */
import { assertEquals } from "@std/assert";
import { initAuxiliary } from "../../lib/backbones/auxiliary.ts";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { initDiscriminator } from "../../lib/backbones/discriminator.ts";
import { initGenerator } from "../../lib/backbones/generator.ts";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { stream } from "../../lib/engine/streams.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { BACKBONES } from "./backbones.ts";
import { type Place, placeOf, type Trees } from "./arpl_cs_weights.ts";
import { Comparison, golden } from "./golden.ts";
import { HEADS } from "./heads.ts";
import { METHODS } from "./methods.ts";

interface Drawn {
  name: string;
  shape: number[];
  distribution: "normal" | "normal_around_1" | "uniform" | "constant";
  scale: number;
}

interface Group {
  name: string;
  arrays: Drawn[];
}

const { seed, groups } = await golden<{ seed: number; groups: Group[] }>("init");
const compared = new Comparison("init.json");

for (const group of groups) {
  if (group.name in BACKBONES) {
    Deno.test(`${group.name} draws its parameters as the reference does, and Softmax the weight on top of it`, () => {
      const { backbone, placeOf } = BACKBONES[group.name];
      const { params } = backbone.init(stream(seed, "init"));
      let matched = 0;
      for (const array of group.arrays) {
        const place = placeOf(array.name);
        if (place !== undefined) {
          compareDraw(array, params[place.layer][place.array]);
          matched++;
        } else if (array.shape.length === 2) { // of the linear layer
          const [classes, channels] = array.shape;
          compareDraw(array, softmax.init({ classes, channels }, stream(seed, "init", 1)).weight);
        } // else the bias of resnet34's linear layer, which our methods lack, or what the reference never uses
      }
      assertEquals(matched, leavesOf(params).size);
    });
  } else if (group.name === "classifier32ABN") {
    Deno.test("classifier32 and its auxiliary normalisations draw their parameters as the reference does", () => {
      const backbone = classifier32();
      const drawn = {
        own: backbone.init(stream(seed, "init")),
        auxiliary: initAuxiliary(backbone, stream(seed, "init", 1)),
      };
      comparePlaced(group, "classifier", drawn, ["fc.", "bn10."]); // fc is Softmax's, and the reference uses neither here
    });
  } else if (/^(Generator|Discriminator)(32)?$/.test(group.name)) {
    Deno.test(`${group.name} draws its parameters as the reference does`, () => {
      const side = group.name.endsWith("32") ? 32 : 64;
      const kernels = group.arrays.filter(({ shape }) => shape.length === 4);
      if (group.name.startsWith("Generator")) {
        const [noise, first] = kernels[0].shape;
        const generator = initGenerator({ side, noise, channels: first / 8 }, stream(seed, "init"));
        comparePlaced(group, "generator", { generator });
      } else {
        const discriminator = initDiscriminator(kernels[0].shape[0] / 2, stream(seed, "init"));
        comparePlaced(group, "discriminator", { discriminator });
      }
    });
  } else if (group.name in METHODS) {
    Deno.test(`${group.name} draws its parameters as the reference does`, () => {
      const points = group.arrays.find(({ shape }) => shape.length === 2);
      if (points === undefined) return assertEquals(group.arrays, []); // Softmax: its weight is in classifier32's group
      const [classes, channels] = points.shape;
      const ours = METHODS[group.name].init({ classes, channels }, stream(seed, "init"));
      assertEquals(Object.keys(ours).length, group.arrays.length);
      for (const array of group.arrays) {
        compareDraw(array, array === points ? ours.points ?? ours.prototypes : ours[array.name]);
      }
    });
  } else if (group.name.replace("head_", "") in HEADS) {
    Deno.test(`${group.name} draws its parameters as the reference does`, () => compareHead(group));
  } else {
    console.log(`init.json: ${group.name} is not there yet, its ${group.arrays.length} arrays are not compared`);
  }
}

Deno.test("golden init.json was compared", () => compared.report());

/** Compares one of CSSR's heads: a linear layer, or two arrays for each class's auto-encoder. */
function compareHead({ name, arrays }: Group): void {
  const [out, channels] = arrays[0].shape;
  const linear = arrays.length === 1;
  const classes = linear ? out : arrays.length / 2;
  const ours = HEADS[name.replace("head_", "")].init({ classes, channels }, stream(seed, "init"));
  for (const [i, array] of arrays.entries()) {
    if (linear) {
      compareDraw({ ...array, shape: array.shape.slice(0, 2) }, ours.weight);
      continue;
    }
    const { shape: [, ...sizes], data } = array.name.includes("deconv") ? ours.decoders : ours.encoders;
    const size = sizes[0] * sizes[1];
    const k = Math.floor(i / 2);
    compareDraw(array, { shape: [1, 1, ...sizes], data: data.subarray(k * size, (k + 1) * size) });
  }
}

/** Compares the arrays of a network of ARPL+CS, each where our trees have it, but for those whose names start as given. */
function comparePlaced(
  group: Group,
  network: string,
  drawn: Partial<Record<Place["network"], Trees>>,
  leftOut: string[] = [],
): void {
  const names = group.arrays.map(({ name }) => name);
  const arrays = group.arrays.filter(({ name }) => !leftOut.some((start) => name.startsWith(start)));
  for (const array of arrays) {
    const { network: of, tree, layer, array: ours } = placeOf(network, array.name, names)!;
    compareDraw(array, drawn[of]![tree][layer][ours]);
  }
  const ours = Object.values(drawn).reduce((count, { params }) => count + leavesOf(params).size, 0);
  assertEquals(ours, arrays.length, group.name);
}

/** Compares shape, mean, deviation and the form of the distribution, each within five standard errors. */
function compareDraw({ name, shape, distribution, scale }: Drawn, { shape: ours, data }: HostArray): void {
  const [out, into, height, width] = shape;
  assertEquals(ours, shape.length === 4 ? [height, width, into, out] : shape.length === 0 ? [1] : shape, name);
  const n = data.length;
  if (distribution === "constant") {
    return compared.array(name, data, { shape: [n], data: new Array(n).fill(scale) }, 1e-7);
  }
  const uniform = distribution === "uniform";
  const center = distribution === "normal_around_1" ? 1 : 0;
  const deviation = uniform ? scale / Math.sqrt(3) : scale;
  const kurtosis = uniform ? 1.8 : 3; // fourth moment over the squared second
  const powerMean = (power: number) =>
    Array.from(data).reduce((sum, x) => sum + ((x - center) / deviation) ** power, 0) / n;
  const errors = Math.sqrt(kurtosis - 1) / Math.sqrt(n); // standard error of the squared deviation
  compared.scalar(`${name} mean`, powerMean(1), 0, 5 / Math.sqrt(n));
  compared.scalar(`${name} deviation squared`, powerMean(2), 1, 5 * errors);
  const eighth = uniform ? 9 : 105; // E z^8
  compared.scalar(
    `${name} fourth moment`,
    powerMean(4),
    kurtosis,
    5 * Math.sqrt((eighth - kurtosis ** 2) / n) / kurtosis,
  );
}
