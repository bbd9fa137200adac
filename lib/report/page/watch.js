/* Follows a run's log: asks for its new lines every two seconds and draws. */

const EVERY = 2000; // milliseconds
const POINTS = 1000; // of the loss, at most
const dark = matchMedia("(prefers-color-scheme: dark)");
const run = { from: 0, start: null, steps: new Map(), epochs: new Map(), saved: -1, end: "", damaged: 0 };

function read(line) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    run.damaged++;
    return;
  }
  if (entry.event === "start" || entry.event === "resume") {
    // what came after the checkpoint is done again
    for (const step of [...run.steps.keys()]) if (step >= entry.step) run.steps.delete(step);
    for (const [epoch, { step }] of [...run.epochs]) if (step > entry.step) run.epochs.delete(epoch);
    run.start = entry;
    run.recent = [];
    run.end = "";
  } else if (entry.event === "step") {
    run.steps.set(entry.step, entry);
    run.recent.push(entry);
    if (run.recent.length > 50) run.recent.shift();
  } else if (entry.event === "epoch") run.epochs.set(entry.epoch, entry);
  else {
    run.end = entry.event === "checkpoint" ? "" : entry.event;
    run.saved = entry.step;
  }
}

function time(seconds) {
  const minutes = Math.round(seconds / 60);
  return minutes < 1 ? `${Math.round(seconds)} s` : minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function state() {
  if (run.start === null) return "Waiting for the run's log.";
  const { steps, epochSteps } = run.start;
  const done = Math.max(run.start.step, ...[...run.steps.keys()].slice(-1).map((step) => step + 1));
  document.getElementById("progress").value = done / steps;
  const where = `Step ${done} of ${steps}, epoch ${
    Math.min(Math.floor(done / epochSteps) + 1, Math.ceil(steps / epochSteps))
  }`;
  const { recent = [] } = run;
  const speed = recent.length < 2
    ? 0
    : (recent.at(-1).step - recent[0].step) / (recent.at(-1).seconds - recent[0].seconds);
  const left = speed > 0 && done < steps && run.end === "" ? `; about ${time((steps - done) / speed)} left` : "";
  const end = { finish: "; finished", stop: "; stopped, to be resumed", diverged: "; diverged" }[run.end] ?? "";
  return `${where}${left}${end}.${run.damaged ? ` ${run.damaged} damaged lines were left out.` : ""}`;
}

function draw(id, title, x, y, axis) {
  const ink = dark.matches ? "#e6e6e6" : "#222222", page = dark.matches ? "#161616" : "#ffffff";
  const grid = dark.matches ? "#444444" : "#dddddd";
  const layout = {
    width: 480,
    height: 280,
    margin: { l: 56, r: 12, t: 40, b: 48 },
    title: { text: title, x: 0, xref: "paper", font: { size: 15 } },
    font: { color: ink, size: 14 },
    paper_bgcolor: page,
    plot_bgcolor: page,
    xaxis: { title: { text: id === "accuracy" ? "epoch" : "step" }, gridcolor: grid },
    yaxis: { gridcolor: grid, zerolinecolor: grid, ...axis },
  };
  const trace = {
    type: "scatter",
    mode: id === "accuracy" ? "lines+markers" : "lines",
    x,
    y,
    line: { color: "#0072b2" },
  };
  globalThis.Plotly.react(id, [trace], layout, { displayModeBar: false });
}

function drawAll() {
  const every = Math.ceil(run.steps.size / POINTS);
  const steps = [...run.steps.values()].filter((_, k) => k % every === 0);
  const epochs = [...run.epochs.values()];
  draw("loss", "Loss of a step", steps.map(({ step }) => step), steps.map(({ loss }) => loss), {
    type: "log",
    dtick: "D2", // labels at 1, 2, 5
  });
  draw(
    "accuracy",
    "Training accuracy, %",
    epochs.map(({ epoch }) => epoch + 1),
    epochs.map(({ accuracy }) => 100 * accuracy),
    { range: [0, 102] },
  );
  draw("rate", "Learning rate", steps.map(({ step }) => step), steps.map(({ rate }) => rate), {
    rangemode: "tozero",
  });
}

async function maps() {
  if (run.saved === run.drawn) return;
  run.drawn = run.saved;
  const answer = await fetch("/maps.png");
  if (answer.status !== 200) return; // none yet, or a run without BackMix
  const figure = document.getElementById("maps");
  figure.querySelector("img").src = URL.createObjectURL(await answer.blob());
  figure.hidden = false;
}

async function follow() {
  const answer = await fetch(`/log?from=${run.from}`).then((answer) => answer.ok ? answer.json() : null, () => null);
  if (answer === null) {
    document.getElementById("state").textContent = "The watching task does not answer; trying again.";
  } else {
    const { lines, next } = answer;
    if (next < run.from) Object.assign(run, { start: null, steps: new Map(), epochs: new Map(), saved: -1 });
    run.from = next;
    for (const line of lines) read(line);
    document.getElementById("state").textContent = state();
    if (lines.length > 0) drawAll();
    await maps().catch(() => {});
  }
  setTimeout(follow, EVERY);
}

dark.addEventListener("change", drawAll);
follow();
