/** The backbones by the names that recipes and command lines give them. To add one is to add its name and its line. */
import type { Backbone } from "./backbone.ts";
import { classifier32 } from "./classifier32.ts";

/** What a recipe may vary of a backbone. */
export interface BackboneSizes {
  /** Factor on its numbers of channels; 1 as published. */
  width?: number;
  /** Share of the maps that dropout clears, where it has dropout. */
  dropout?: number;
}

/** Name of a backbone. */
export type BackboneName = "classifier32";

/** How to make each. */
const BACKBONES: Record<BackboneName, (sizes: BackboneSizes) => Backbone> = { classifier32 };

/** The backbone of a name. */
export function backboneOf({ name, ...sizes }: { name: BackboneName } & BackboneSizes): Backbone {
  return BACKBONES[name](sizes);
}
