/** Our backbones by the names of the golden files, and where the references' arrays stand in our trees. */
import type { Backbone } from "../../lib/backbones/backbone.ts";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { residual } from "../../lib/backbones/residual.ts";
import { placeOf as classifier32Place } from "./classifier32_weights.ts";
import { type Place, placeIn } from "./formula.ts";

/** A backbone and its reference. */
export interface Reference {
  /** Ours, without dropout. */
  backbone: Backbone;
  /** Where an array of the reference stands; undefined for its linear layer, and for what nothing there uses. */
  placeOf(name: string): Place | undefined;
}

/** A pattern for the names of the reference's modules, and our layer's name for what it finds. */
type Rule = [pattern: RegExp, layer: (...found: string[]) => string];

/** By convolutions and normalisations, the reference's modules. */
function placeBy(convolutions: Rule[], normalisations: Rule[]): (name: string) => Place | undefined {
  return (name) => {
    const dot = name.lastIndexOf(".");
    const [module, array] = [name.slice(0, dot), name.slice(dot + 1)];
    for (const [kind, rules] of [["convolution", convolutions], ["normalisation", normalisations]] as const) {
      for (const [pattern, layer] of rules) {
        const found = module.match(pattern);
        if (found) return placeIn(layer(...found.slice(1)), kind, array);
      }
    }
    return undefined;
  };
}

const before = (stage: string) => Number(stage) - 1;

/** By the golden files' names. */
export const BACKBONES: Record<string, Reference> = {
  "classifier32": { backbone: classifier32({ dropout: 0 }), placeOf: classifier32Place },
  "classifier32_64px": { backbone: classifier32({ dropout: 0 }), placeOf: classifier32Place },
  "resnet34": {
    backbone: residual("resnet34"),
    placeOf: placeBy([
      [/^conv1$/, () => "stem"],
      [/^layer(\d)\.(\d)\.conv(\d)$/, (stage, block, conv) => `stage${stage}.${block}.conv${conv}`],
      [/^layer(\d)\.(\d)\.shortcut\.0$/, (stage, block) => `stage${stage}.${block}.shortcut`],
    ], [
      [/^bn1$/, () => "stem"],
      [/^layer(\d)\.(\d)\.bn(\d)$/, (stage, block, bn) => `stage${stage}.${block}.conv${bn}`],
      [/^layer(\d)\.(\d)\.shortcut\.1$/, (stage, block) => `stage${stage}.${block}.shortcut`],
    ]),
  },
  "resnet18": {
    backbone: residual("resnet18"),
    placeOf: placeBy([
      [/^conv1\.0$/, () => "stem"],
      [/^conv(\d)_x\.(\d)\.residual_function\.0$/, (stage, block) => `stage${before(stage)}.${block}.conv1`],
      [/^conv(\d)_x\.(\d)\.residual_function\.3$/, (stage, block) => `stage${before(stage)}.${block}.conv2`],
      [/^conv(\d)_x\.(\d)\.shortcut\.0$/, (stage, block) => `stage${before(stage)}.${block}.shortcut`],
    ], [
      [/^conv1\.1$/, () => "stem"],
      [/^conv(\d)_x\.(\d)\.residual_function\.1$/, (stage, block) => `stage${before(stage)}.${block}.conv1`],
      [/^conv(\d)_x\.(\d)\.residual_function\.4$/, (stage, block) => `stage${before(stage)}.${block}.conv2`],
      [/^conv(\d)_x\.(\d)\.shortcut\.1$/, (stage, block) => `stage${before(stage)}.${block}.shortcut`],
    ]),
  },
  "wideresnet40-4": {
    backbone: residual("wide_resnet40_4"),
    placeOf: placeBy([
      [/^conv1$/, () => "stem"],
      [/^block(\d)\.layer\.(\d)\.conv(\d)$/, (stage, block, conv) => `stage${stage}.${block}.conv${conv}`],
      [/^block(\d)\.layer\.(\d)\.convShortcut$/, (stage, block) => `stage${stage}.${block}.shortcut`],
    ], [
      [/^block1\.layer\.0\.bn1$/, () => "stem"], // follows the stem, and both branches get it
      [/^block(\d)\.layer\.([1-9])\.bn1$/, (stage, block) => `stage${stage}.${block}.norm`],
      [/^block(\d)\.layer\.(\d)\.bn2$/, (stage, block) => `stage${stage}.${block}.conv1`],
      [/^bn1$/, () => "last"],
    ]),
  },
};
