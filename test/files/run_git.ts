/** Prints the version of git, started by a program that may start git only. */
import { programOutput } from "../../lib/files/start_program.ts";

const { stdout } = await programOutput("git", ["--version"]);
console.log(new TextDecoder().decode(stdout).trim());
