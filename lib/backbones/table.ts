/** The backbones by the names that recipes and command lines give them. To add one is to add its name and its line. */
import { UserError } from "../files/user_error.ts";
import type { Backbone } from "./backbone.ts";
import { classifier32 } from "./classifier32.ts";
import { residual, type ResidualName } from "./residual.ts";

/** What a recipe may vary of a backbone. */
export interface BackboneSizes {
  /** Factor on its numbers of channels; 1 as published. */
  width?: number;
  /** Share of the maps that dropout clears; 0 where it has no dropout. */
  dropout?: number;
}

/** Name of a backbone. */
export type BackboneName = "classifier32" | ResidualName;

/** How to make each. */
const BACKBONES: Record<BackboneName, (sizes: BackboneSizes) => Backbone> = {
  classifier32,
  wide_resnet40_4: withoutDropout("wide_resnet40_4"),
  resnet18: withoutDropout("resnet18"),
  resnet34: withoutDropout("resnet34"),
};

/** Their names. */
export const BACKBONE_NAMES = Object.keys(BACKBONES) as readonly BackboneName[];

function withoutDropout(name: ResidualName): (sizes: BackboneSizes) => Backbone {
  return ({ width, dropout = 0 }) => {
    if (dropout === 0) return residual(name, { width });
    throw new UserError(`The recipe gives ${name} a dropout of ${dropout}, but it has no dropout. Set it to 0.`);
  };
}

/**
 * The backbone of a name.
 *
 * @throws {UserError} if it cannot be had in these sizes
 */
export function backboneOf({ name, ...sizes }: { name: BackboneName } & BackboneSizes): Backbone {
  return BACKBONES[name](sizes);
}
