/**
 * What the cells of a table must share, whoever made them, for their means and differences to mean anything: images, the
 * recipe but for BackMix and its rivals, and the published figures beside them.
 */
import { digest } from "../training/recipe.ts";
import type { Cell, ResultHead } from "./result.ts";

/** A cell, and where it was found. */
export interface Sent {
  /** What the cells of its file share. */
  head: ResultHead;
  /** The cell. */
  cell: Cell;
  /** Its result file. */
  file: string;
}

/** What must be the same. */
interface Shared {
  /** What messages call it. */
  called: string;
  /** Among which cells. */
  among: (sent: Sent) => unknown;
  /** The same. */
  value: (sent: Sent) => unknown;
}

const SHARED: readonly Shared[] = [
  { called: "other published figures", among: () => "all", value: ({ head }) => head.paper },
  { called: "another recipe", among: ({ cell }) => cell.method, value: recipeOf },
  {
    called: "another data checksum",
    // generated images are others for each seed, and of a large data set only the classes of a trial may be read
    among: (
      { cell: { data: { name, settings }, seed, trial } },
    ) => [name, settings, trial, "p" in settings ? seed : null],
    value: ({ cell }) => ({ sha256: cell.data.sha256 }),
  },
  {
    called: "official images against others",
    among: ({ cell: { data } }) => data.name,
    value: ({ cell }) => ({ official: cell.data.official }),
  },
];

function recipeOf({ cell: { recipe, data: { limit } } }: Sent) {
  const { backmix: _, regulariser: __, ...shared } = recipe;
  return { ...shared, limit };
}

/**
 * Finds the cells that agree with a table, or, where it has nothing to agree with, with each other: then of two that
 * disagree neither is taken, since nobody here can know which is right.
 *
 * @param sent cells to look at
 * @param table cells that the table has, which are right
 * @returns those that agree, and a sentence for each thing that others do not agree in
 */
export function agreeing(
  sent: readonly Sent[],
  table: readonly Sent[],
): { agreed: Sent[]; disagreements: string[] } {
  const refused = new Set<Sent>(), disagreements: string[] = [];
  for (const { called, among, value } of SHARED) {
    const text = (one: Sent) => digest(value(one));
    for (const group of Map.groupBy([...table, ...sent], (one) => digest(among(one))).values()) {
      const sides = Map.groupBy(group, text);
      const right = new Set(group.filter((one) => table.includes(one)).map(text));
      const wrong = sides.size === 1 ? [] : group.filter((one) => !table.includes(one) && !right.has(text(one)));
      if (wrong.length === 0) continue;
      wrong.forEach((one) => refused.add(one));
      disagreements.push(disagreement(called, [...sides.values()], wrong, value));
    }
  }
  return { agreed: sent.filter((one) => !refused.has(one)), disagreements };
}

function disagreement(
  called: string,
  sides: readonly Sent[][],
  wrong: readonly Sent[],
  value: Shared["value"],
): string {
  const texts = differing(sides.map(([first]) => value(first)));
  const told = sides.map((side, k) => `${[...new Set(side.map(({ file }) => file))].join(", ")}: ${texts[k]}`);
  const ids = [...new Set(wrong.map(({ cell }) => cell.id))];
  return `${ids.join(", ")}: ${called}. ${told.join("; ")}. Leave out the folder that is not of this table.`;
}

/** What is not the same in all, as text; of plain data only the members that differ. */
function differing(values: readonly unknown[]): string[] {
  const objects = values.map((value) => value as Record<string, unknown> | null);
  const names = [...new Set(objects.flatMap((one) => Object.keys(one ?? {})))].filter((name) =>
    new Set(objects.map((one) => JSON.stringify(one?.[name]))).size > 1
  );
  return objects.map((one) =>
    one === null ? "none" : names.map((name) => `${name} ${JSON.stringify(one[name])}`).join(", ")
  );
}
