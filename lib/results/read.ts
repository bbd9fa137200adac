/** Reads a result file, and says plainly what is wrong with one that is not. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { basename } from "node:path";
import { readText } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import { brokenLink } from "./links.ts";
import { type ResultFile, SCHEMA_VERSION } from "./result.ts";
import schema from "./schema.json" with { type: "json" };

const validate = new Ajv2020({ allowUnionTypes: true }).compile<ResultFile>(schema);

/**
 * What is wrong with data that should be a result file, as `path: message`; null if nothing.
 *
 * @param data parsed JSON
 */
export function faultOf(data: unknown): string | null {
  if (validate(data)) return brokenLink(data);
  const { instancePath, message, params } = validate.errors![0];
  const named = params.additionalProperty ?? params.propertyName;
  return `${instancePath || "/"}: ${message}${named === undefined ? "" : ` (${named})`}`;
}

/**
 * Reads and checks a result file.
 *
 * @throws {UserError} if it cannot be read, is not JSON, is of another schema version, or breaks the schema
 */
export async function readResult(path: string): Promise<ResultFile> {
  const [, table, preset] = basename(path).match(/^([a-z][a-z0-9-]*)\.([a-z]+)\.json$/) ?? [];
  const make = table && `Check the path, or make it: deno task reproduce:${table} --preset ${preset}.`;
  const text = await readText(path, make);
  return parseResult(text, path);
}

/**
 * Parses and checks the text of a result file.
 *
 * @param path for messages
 * @throws {UserError} as `readResult`
 */
export function parseResult(text: string, path: string): ResultFile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: not JSON (${(error as Error).message}). Restore it, or move it away and run again.`);
  }
  const version = (data as { schema_version?: unknown } | null)?.schema_version;
  if (version !== SCHEMA_VERSION) {
    throw new UserError(
      `${path}: schema version ${JSON.stringify(version)}, this program reads and writes ${SCHEMA_VERSION}. ` +
        "Move it away and run again, or use the program that wrote it.",
    );
  }
  const fault = faultOf(data);
  if (fault) {
    throw new UserError(`${path}: not a valid result file: ${fault}. Restore it, or move it away and run again.`);
  }
  return data as ResultFile;
}
