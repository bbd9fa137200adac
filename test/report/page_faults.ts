/** What a page in a browser complains of, so that a test can say that it does not. */
import type { Page } from "puppeteer-core";

/** Collects what goes to the page's console as a warning or error, and its uncaught errors, from now on. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  return faults;
}
