/** Finds the library in a process of its own: `find_library.ts WHEEL_AS_JSON PYTHON`, prints what was found as JSON. */
import { findLibrary } from "../../lib/engine/library.ts";

const [wheel, python] = Deno.args;
console.log(JSON.stringify(await findLibrary({ wheel: JSON.parse(wheel), pythons: [python] })));
