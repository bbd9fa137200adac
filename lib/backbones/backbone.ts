/**
 * What a backbone is: from images to the feature map that a method judges.
 */
import type { HostArray } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../engine/tensors.ts";
import type { Mode } from "./layers.ts";

/** Arrays by layer and name, such as `conv1.kernel`. */
export type Layers<Leaf> = Record<string, Record<string, Leaf>>;

/** What a backbone makes of images. */
export interface Features {
  /** Last layer before pooling, `[batch, height, width, channels]`. */
  map: Tensor4D;
  /** Its mean over the cells, `[batch, channels]`. */
  feature: Tensor2D;
  /** Running statistics after this pass; those that came in, unless training. */
  state: Layers<Tensor>;
}

/** A network without parameters of its own: they are passed in, and so is the state that training changes. */
export interface Backbone {
  /** Its name in recipes and results. */
  name: string;
  /** Length of a feature. */
  channels: number;
  /**
   * Draws the parameters as the reference does, and the running statistics at the start: mean 0, variance 1. Scale and
   * shift of a normalisation are called `gamma` and `beta`, by which an auxiliary set finds them.
   */
  init(random: Stream): { params: Layers<HostArray>; state: Layers<HostArray> };
  /**
   * Runs it.
   *
   * @param images `[batch, side, side, 3]`, as the recipe normalises them
   */
  apply(params: Layers<Tensor>, state: Layers<Tensor>, images: Tensor4D, mode: Mode): Features;
}
