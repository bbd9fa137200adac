/**
 * An error that the user can mend: its message says what was wrong, where, and what to do, and is printed without a
 * stack (unless `DEBUG` is set). Anything else that is thrown is a fault of this program.
 */
export class UserError extends Error {
  /** Tells it apart where only the name crosses, as between workers. */
  override name = "UserError";
}
