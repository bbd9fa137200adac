/** All methods of the lab, as tables list them: the ARPL family, then the CSSR family. */
import { arpl } from "./arpl.ts";
import { arplCs } from "./arpl_cs.ts";
import { gcpl } from "./gcpl.ts";
import { linear } from "./linear.ts";
import type { Method } from "./method.ts";
import { pcssr } from "./pcssr.ts";
import { rcssr } from "./rcssr.ts";
import { rpl } from "./rpl.ts";
import { softmax } from "./softmax.ts";

/** The methods. */
export const METHODS: readonly Method[] = [softmax, gcpl, rpl, arpl, arplCs, linear, pcssr, rcssr];
