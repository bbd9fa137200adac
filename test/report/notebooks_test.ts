/** Committed notebooks: what makes one differ, and that each figure of them has its picture. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { PNG } from "pngjs";
import { UserError } from "../../lib/files/user_error.ts";
import {
  figureOutputs,
  forgetProgress,
  type Notebook,
  notebooksIn,
  pictureOutputs,
  readNotebook,
  writeNotebook,
} from "../../lib/report/notebook.ts";
import { executedWhole, faultsOf } from "../../lib/report/notebooks_task.ts";
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

/** A notebook with one picture of one pixel. */
function pictured(level: number, deflateLevel: number): Notebook {
  const png = new PNG({ width: 1, height: 1 });
  png.data.set([level, 0, 0, 255]);
  const data = { "image/png": PNG.sync.write(png, { deflateLevel }).toString("base64") };
  return { nbformat: 4, cells: [{ cell_type: "code", source: "", outputs: [{ output_type: "display_data", data }] }] };
}

Deno.test("a picture is compared by its pixels, not by the bytes that a version of zlib wrote", () => {
  assertEquals(faultsOf(pictured(1, 9), pictured(1, 0)), []);
  assertMatch(faultsOf(pictured(1, 9), pictured(2, 9))[0], /^picture 1: not the committed one\./);
  assertMatch(faultsOf(pictured(1, 9), notebook())[0], /^0 pictures, 1 are committed\./);
});

Deno.test("figures of a cell that trains may differ, but not be missing", () => {
  const trained = (data: number): Notebook => {
    const made = notebook([data]);
    made.cells[1].metadata = { tags: ["trains"] };
    return made;
  };
  assertEquals(faultsOf(trained(1), trained(2)), []);
  assertMatch(faultsOf(trained(1), notebook())[0], /^0 figures, 1 are committed\./);
});

Deno.test("a notebook that lost an output on its way is executed again, three times at most", async () => {
  const folder = await Deno.makeTempDir();
  const committed = notebook([1], [2]);
  const executor = (...runs: Notebook[]) => ({
    executed: 0,
    execute(_: string, target: string) {
      return writeNotebook(target, runs[this.executed++]);
    },
  });
  const lost = notebook([1]);
  const twice = executor(lost, committed);
  assertEquals(await executedWhole(twice, "", `${folder}/a.ipynb`, committed), committed);
  assertEquals(twice.executed, 2);
  const never = executor(lost, lost, lost, committed);
  assertEquals(await executedWhole(never, "", `${folder}/a.ipynb`, committed), lost);
  assertEquals(never.executed, 3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a cell said of its progress is not kept", () => {
  const made = notebook([1]);
  made.cells[1].outputs!.push({ output_type: "stream", name: "stderr" }, { output_type: "stream", name: "stdout" });
  forgetProgress(made);
  assertEquals(made.cells[1].outputs!.map(({ name }) => name), [undefined, "stdout"]);
});

Deno.test("every figure of the notebooks has the picture that is named by its data, and no picture is left over", async () => {
  const wanted = new Set<string>();
  for (const path of await notebooksIn(FOLDER)) {
    const notebook = await readNotebook(path);
    const figures = figureOutputs(notebook);
    assert(figures.length + pictureOutputs(notebook).length > 0, path);
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
  for (const bad of ['"cells": 1', '"cells": [null]', '"cells": [{"outputs": {}}]', '"cells": [{"outputs": [null]}]']) {
    await Deno.writeTextFile(path, `{"nbformat": 4, ${bad}}`);
    await assertRejects(() => readNotebook(path), UserError, `${path}: is no notebook of nbformat 4.`);
  }
  await assertRejects(() => readNotebook(`${path}.not`), UserError, "cannot read");
  await writeNotebook(path, notebook([1, "a"]));
  assertMatch(await Deno.readTextFile(path), /^\{\n "nbformat": 4,\n "cells": \[\n/);
  assertEquals((await readNotebook(path)).cells.length, 2);
  await Deno.remove(path);
});
