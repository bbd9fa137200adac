/** Finds the library in a process of its own: `find_library.ts BUILD_AS_JSON PYTHON`, prints what was found as JSON. */
import { findLibrary } from "../../lib/engine/library.ts";

const [build, python] = Deno.args;
console.log(JSON.stringify(await findLibrary({ build: JSON.parse(build), pythons: [python] })));
