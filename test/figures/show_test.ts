import { assertEquals, assertMatch } from "@std/assert";
import { plotlyFigure } from "../../lib/figures/plotly.ts";
import { shown } from "../../lib/figures/show.ts";
import { digest } from "../../lib/training/recipe.ts";

Deno.test("a notebook gets a figure's data, and the picture of just these data if there is one", async () => {
  const figure = plotlyFigure([{ type: "scatter", y: [1, 2] }], { x: { title: "a" }, y: { title: "b" } });
  const folder = await Deno.makeTempDir();
  const pictures = new URL(`file://${folder}/`);
  const data = () => shown(figure, pictures);
  assertEquals(Object.keys(data()), ["application/vnd.plotly.v1+json", "text/plain"]);
  assertMatch(String(data()["text/plain"]), /, without a static picture: run deno task figures$/);
  await Deno.writeFile(`${folder}/${digest(figure)}.png`, Uint8Array.of(1, 2, 3));
  assertEquals([data()["image/png"], data()["application/vnd.plotly.v1+json"]], ["AQID", figure]);
  await Deno.remove(folder, { recursive: true });
});
