import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { fileError } from "../../lib/files/file_error.ts";
import { UserError } from "../../lib/files/user_error.ts";

Deno.test("fileError names path, cause and remedy of what the operating system refuses", () => {
  const refusals: [message: string, cause: string][] = [
    ["No space left on device (os error 28)", "no space left"],
    ["Disk quota exceeded (os error 122)", "quota"],
    ["Permission denied (os error 13): open '/x'", "no permission"],
    ["Read-only file system (os error 30)", "read-only"],
    ["File too large (os error 27)", "larger than"],
  ];
  for (const [message, cause] of refusals) {
    const error = fileError(new Error(message), "write", "runs/a");
    assertInstanceOf(error, UserError);
    assertStringIncludes(error.message, "runs/a: cannot write: ");
    assertStringIncludes(error.message, cause);
  }
});

Deno.test("fileError explains a lack of Deno's permissions", () => {
  const error = fileError(new Deno.errors.NotCapable("Requires write access"), "write", "/etc/a");
  assertInstanceOf(error, UserError);
  assertStringIncludes(error.message, "permissions");
});

Deno.test("fileError leaves a fault of the program as it is", () => {
  const fault = new RangeError("index 3 of 2");
  assertEquals(fileError(fault, "write", "a") === fault, true);
});
