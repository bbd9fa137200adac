/* Draws the figures, sorts the tables, and opens the record that a link leads to. No network. */

const dark = matchMedia("(prefers-color-scheme: dark)");

function draw() {
  for (const element of document.querySelectorAll(".figure")) {
    const { light, dark: other } = JSON.parse(document.getElementById(element.dataset.figure).textContent);
    const { data, layout } = dark.matches ? other : light;
    globalThis.Plotly.react(element, data, layout, { displaylogo: false, displayModeBar: false });
  }
}

/** The number that a cell begins with; text sorts after numbers. */
function valueOf(row, column) {
  const text = row.cells[column].textContent.trim();
  const number = parseFloat(text);
  return Number.isNaN(number) ? text : number;
}

function sortBy(table, column, header) {
  const descending = header.getAttribute("aria-sort") !== "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const [x, y] = [valueOf(a, column), valueOf(b, column)];
    const order = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? 1 : -1;
    return descending ? -order : order;
  });
  table.tBodies[0].append(...rows);
}

for (const table of document.querySelectorAll("table")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sortBy(table, column, header));
  });
}

for (const label of document.querySelectorAll(".slider")) {
  const slider = label.querySelector("input");
  const steps = [...label.parentElement.querySelectorAll(".steps img")];
  const choose = () => {
    const chosen = steps[slider.valueAsNumber];
    for (const step of steps) step.hidden = step !== chosen;
    slider.setAttribute("aria-valuetext", chosen.alt);
  };
  slider.addEventListener("input", choose);
  label.hidden = false;
  choose();
}

function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const record = target && target.closest("details");
  for (let one = record; one; one = one.parentElement.closest("details")) one.open = true;
  if (record) record.scrollIntoView();
}

addEventListener("hashchange", openTarget);
dark.addEventListener("change", draw);
draw();
openTarget();
