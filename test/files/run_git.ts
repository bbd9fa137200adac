/** Prints the version of git, started by a program that may start git only. */
import { startProgram } from "../../lib/files/start_program.ts";

const { stdout } = await startProgram("git", { args: ["--version"], stdout: "piped", stderr: "null" }).output();
console.log(new TextDecoder().decode(stdout).trim());
