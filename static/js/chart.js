/* Reads a chart out by pointer, touch and keys. What is said comes from the table behind the chart, so that both
   can never disagree. Listeners stand on the document and the chart is found by its id, so a figure that a push
   replaces or morphs goes on being read. */

const CHART = "figure[data-chart], figure[data-heat]";
const SCRUB_AFTER = 100; // ms a finger rests before it reads instead of scrolling

let active = null; // {id, row, column}: what is being read
const watcher = new MutationObserver(() => active && refresh());

const chartOf = (event) => (event.target instanceof Element ? event.target.closest(CHART) : null);
const isHeat = (figure) => "heat" in figure.dataset;
const rowsOf = (figure) => [...figure.querySelectorAll("tbody tr")];
const columnsOf = (figure) => rowsOf(figure)[0].cells.length - 1;
const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));

function headOf(figure, column) {
  return figure.querySelector("thead tr").cells[column].textContent;
}

function said(figure, at) {
  const cells = [...rowsOf(figure)[at.row].cells];
  if (isHeat(figure)) {
    const name = cells[0].abbr || cells[0].textContent;
    return `${name} ${headOf(figure, at.column + 1)}   ${cells[at.column + 1].textContent}`;
  }
  return cells.map((cell, i) => (i ? `${headOf(figure, i)} ${cell.textContent}` : cell.textContent)).join("   ");
}

function mark(figure, at) {
  if (isHeat(figure)) {
    figure.querySelector("td.at")?.classList.remove("at");
    if (at) rowsOf(figure)[at.row].cells[at.column + 1].classList.add("at");
    return;
  }
  for (const line of figure.querySelectorAll(".probe")) {
    if (!at) {
      line.setAttribute("hidden", "");
      continue;
    }
    const x = `${rowsOf(figure)[at.row].dataset.x}%`;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.removeAttribute("hidden");
  }
}

function draw(figure, at) {
  const out = figure.querySelector(".read");
  const text = at ? said(figure, at) : out.dataset.rest;
  if (out.textContent !== text) out.textContent = text;
  if (at) figure.dataset.i = at.row;
  else delete figure.dataset.i;
  mark(figure, at);
}

/* Draws without hearing its own changes. */
function quietly(figure, at) {
  watcher.disconnect();
  draw(figure, at);
  if (!active) return;
  const root = figure.closest("[data-island]") ?? figure;
  watcher.observe(root.parentNode ?? root, { subtree: true, childList: true, characterData: true, attributes: true });
}

function show(figure, row, column = 0) {
  const count = rowsOf(figure).length;
  if (!count) return;
  if (active && active.id !== figure.id) hide();
  active = { id: figure.id, row: clamp(row, count), column: isHeat(figure) ? clamp(column, columnsOf(figure)) : 0 };
  quietly(figure, active);
}

function hide() {
  const figure = active && document.getElementById(active.id);
  active = null;
  watcher.disconnect();
  if (figure) draw(figure, null);
}

/* After a push: say the new figure of the same place. */
function refresh() {
  const figure = document.getElementById(active.id);
  if (!figure || !rowsOf(figure).length) hide();
  else show(figure, active.row, active.column);
}

function nearest(figure, x) {
  const distances = rowsOf(figure).map((row) => Math.abs(Number(row.dataset.x) - x));
  return distances.indexOf(Math.min(...distances));
}

function pointAt(event) {
  const figure = chartOf(event);
  if (!figure) return;
  if (isHeat(figure)) {
    const cell = event.target.closest("td");
    if (cell) show(figure, cell.parentElement.sectionRowIndex, cell.cellIndex - 1);
    return;
  }
  const inside = event.target.closest("svg.plot, svg.hours");
  const box = inside?.getBoundingClientRect();
  if (!box || event.clientX < box.left || event.clientX > box.right) return;
  show(figure, nearest(figure, (100 * (event.clientX - box.left)) / box.width));
}

/* A finger that moves at once scrolls; one that rests reads, and what it read stays until the next tap. */
let touch = null;

document.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse") return;
  const figure = chartOf(event);
  if (active && active.id !== figure?.id) hide();
  touch = figure ? { timer: setTimeout(() => touch && ((touch.scrubs = true), pointAt(event)), SCRUB_AFTER) } : null;
});

document.addEventListener("pointermove", (event) => {
  if (event.pointerType === "mouse" || touch?.scrubs) pointAt(event);
});

document.addEventListener("pointerup", (event) => {
  if (event.pointerType === "mouse" || !touch) return;
  clearTimeout(touch.timer);
  if (!touch.scrubs) pointAt(event); // a tap
  touch = null;
});

document.addEventListener("pointercancel", () => {
  if (touch) clearTimeout(touch.timer);
  touch = null;
});

document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse") return;
  const figure = chartOf(event);
  if (figure && active?.id === figure.id && !figure.contains(event.relatedTarget)) hide();
});

document.addEventListener("focusout", (event) => {
  const figure = chartOf(event);
  if (figure && active?.id === figure.id) hide();
});

/* A point opens what its row of the table leads to: the cell of its own line, where the cells say whose they are. */
function open(figure, plot) {
  const own = [...figure.querySelectorAll(".plot")].indexOf(plot);
  const cell = figure.querySelector("a[data-plot]") ? `a[data-plot="${own}"]` : "a[data-open]";
  rowsOf(figure)[active?.row]?.querySelector(cell)?.click();
}

document.addEventListener("click", (event) => {
  const plot = event.pointerType === "mouse" && event.target.closest(".plot");
  const figure = plot && chartOf(event);
  if (figure) open(figure, plot);
});

function moved(figure, key) {
  const count = rowsOf(figure).length;
  const at = active?.id === figure.id ? active : null;
  const row = at ? at.row : -1;
  if (!isHeat(figure)) {
    return { ArrowRight: [row + 1], ArrowLeft: [at ? row - 1 : count - 1], Home: [0], End: [count - 1] }[key];
  }
  const column = at ? at.column : 0;
  const here = Math.max(0, row);
  return {
    ArrowRight: [here, at ? column + 1 : 0],
    ArrowLeft: [here, column - 1],
    ArrowDown: [row + 1, column],
    ArrowUp: [here - 1, column],
    Home: [here, 0],
    End: [here, columnsOf(figure) - 1],
  }[key];
}

document.addEventListener("keydown", (event) => {
  const figure = chartOf(event);
  const reads = event.target instanceof Element && event.target.matches(".plot, .heat");
  if (!figure || !reads || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return hide();
  if (event.key === "Enter") return open(figure, event.target);
  const to = rowsOf(figure).length ? moved(figure, event.key) : undefined;
  if (!to) return;
  event.preventDefault();
  show(figure, ...to);
});
