/** Committed notebooks: what makes one differ, and that each figure of them has its picture. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { figureOutputs, type Notebook, notebooksIn, readNotebook, writeNotebook } from "../../lib/report/notebook.ts";
import { faultsOf } from "../../lib/report/notebooks_task.ts";
import { digest } from "../../lib/training/recipe.ts";

const FOLDER = new URL("../../notebooks", import.meta.url).pathname;

function notebook(...figures: [data: number, picture?: string][]): Notebook {
  const outputs = figures.map(([data, picture]) => ({
    output_type: "execute_result",
    data: {
      "application/vnd.plotly.v1+json": { data: [{ y: [data] }], layout: {} },
      ...(picture && { "image/png": picture }),
    },
  }));
  return { nbformat: 4, cells: [{ cell_type: "markdown", source: "#" }, { cell_type: "code", source: "", outputs }] };
}

Deno.test("a notebook is as committed if its figures have the same data and pictures, whatever the order of keys", () => {
  const committed = notebook([1, "a"], [2, "b"]);
  const turned: Notebook = JSON.parse(JSON.stringify(committed));
  for (const { figure: { layout, data: traces }, data } of figureOutputs(turned)) {
    data["application/vnd.plotly.v1+json"] = { layout, data: traces };
  }
  assertEquals(faultsOf(committed, turned), []);
  assertMatch(faultsOf(committed, notebook([1, "a"], [3, "b"]))[0], /^figure 2: data differ from the committed/);
  assertMatch(faultsOf(committed, notebook([1, "a"], [2]))[0], /^figure 2: no static picture\. Run deno task fig/);
  assertMatch(
    faultsOf(committed, notebook([1, "c"], [2, "b"]))[0],
    /^figure 1: another picture than in notebooks/,
  );
  assertMatch(faultsOf(committed, notebook([1, "a"]))[0], /^1 figures, 2 are committed\./);
});

Deno.test("every figure of the notebooks has the picture that is named by its data, and no picture is left over", async () => {
  const wanted = new Set<string>();
  for (const path of await notebooksIn(FOLDER)) {
    const figures = figureOutputs(await readNotebook(path));
    assert(figures.length > 0, path);
    for (const { figure, data } of figures) {
      const name = `${digest(figure)}.png`;
      wanted.add(name);
      const picture = await Deno.readFile(`${FOLDER}/pictures/${name}`);
      assertEquals(data["image/png"], picture.toBase64(), `${path}: ${name}`);
    }
  }
  const there = (await Array.fromAsync(Deno.readDir(`${FOLDER}/pictures`))).map(({ name }) => name);
  assertEquals(there.sort(), [...wanted].sort());
});

Deno.test("no notebook holds an error, or an output of a run that went wrong", async () => {
  for (const path of await notebooksIn(FOLDER)) {
    for (const { cell_type, outputs = [], execution_count } of (await readNotebook(path)).cells) {
      assertEquals(outputs.filter(({ output_type }) => output_type === "error"), [], path);
      if (cell_type === "code") assert(typeof execution_count === "number", `${path}: a cell was not executed`);
    }
  }
});

Deno.test("a file that is no notebook is named; a written one is as Jupyter writes it", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  await Deno.writeTextFile(path, '{"cells": 1}');
  await assertRejects(() => readNotebook(path), UserError, `${path}: is no notebook of nbformat 4.`);
  await assertRejects(() => readNotebook(`${path}.not`), UserError, "cannot read");
  await writeNotebook(path, notebook([1, "a"]));
  assertMatch(await Deno.readTextFile(path), /^\{\n "nbformat": 4,\n "cells": \[\n/);
  assertEquals((await readNotebook(path)).cells.length, 2);
  await Deno.remove(path);
});
