// Puts the page together and answers the pointer, the keys and the controls.

const by = (id) => document.getElementById(id);
const view = { filter: "", measure: "time", order: "report", open: new Set() };
const most = 24; // plots of a suite at first

const words = () => view.filter.toLowerCase().split(/\s+/).filter(Boolean);
function matcher() {
    const wanted = words();
    return (r) => {
        const text = `${r.name} ${r.dtype || ""} ${r.suite} ${suiteName(r.suite)}`.toLowerCase();
        return wanted.every((w) => text.includes(w));
    };
}

const orders = {
    report: { name: "as measured", key: null },
    name: { name: "by name", key: (r) => r.name },
    limit: { name: "furthest from the limit first", key: (r) => lastValue(r, (o) => o.limit) },
    time: { name: "longest first", key: (r) => -lastValue(r, (o) => o.median) },
    faster: { name: "largest speed-up first", gpu: true, key: (r) => -lastSpeedUp(r) },
    even: { name: "smallest break-even first", gpu: true, key: (r) => paysFrom(r, model.compared[0], "alone") },
};
const lastValue = (r, get) => {
    const d = model.measured[model.measured.length - 1], p = lastOn(r, d);
    return p ? get(p.on[d]) : NaN;
};
const lastSpeedUp = (r) => {
    const p = lastOn(r, model.compared[0]);
    return p ? speedUp(p, model.compared[0]) : NaN;
};

function inOrder(rows) {
    const key = orders[view.order].key;
    if (!key) return rows;
    const value = new Map(rows.map((r) => [r, key(r)]));
    return [...rows].sort((a, b) => {
        const u = value.get(a), v = value.get(b);
        if (typeof u === "string") return u.localeCompare(v, "en", { numeric: true });
        return Number.isNaN(u) ? (Number.isNaN(v) ? 0 : 1) : Number.isNaN(v) ? -1 : u === v ? 0 : u < v ? -1 : 1;
    });
}

// ---- suites

function badge(row) {
    const d = model.compared[0];
    if (d) {
        const alone = paysFrom(row, d, "alone");
        if (!Number.isNaN(alone))
            return alone === Infinity ? `<span class="badge dev0">CPU</span>`
                : `<span class="badge ${deviceClass(d)}">${esc(deviceName(d))} ${from(alone, row, d)}</span>`;
    }
    const c = model.measured[0], p = c && lastOn(row, c);
    return p ? `<span class="badge ${deviceClass(c)}">${mainRate(row, p, c)}${known(p.on[c].limit) ? ` · ${percent(p.on[c].limit)}` : ""}</span>` : "";
}

const drawCard = (row) =>
    `<article class="card" data-row="${row.id}"><h3><span id="${row.id}-name">${esc(row.name)} <small>${esc(row.dtype || "")}</small></span>${badge(row)}</h3>` +
    `${drawPlot(row, view.measure)}</article>`;

function legend() {
    const keys = model.measured.flatMap((d) => {
        const k = deviceNumber(d), look = deviceClass(d), name = esc(deviceName(d));
        const swatch = (more, hollow) => `<svg class="swatch long" viewBox="0 0 34 12" aria-hidden="true"><path class="line ${look}${more}" d="M1 6H33"/><path class="mark ${look}${hollow}" d="${markOf(k, 17, 6)}"/></svg>`;
        const moved = view.measure !== "limit" && model.rows.some((r) => r.points.some((p) => p.on[d] && known(p.on[d].with_transfer)));
        return [`<li>${swatch("", "")}${name}</li>`, d !== "cpu" && moved ? `<li>${swatch(" moved", " hollow")}${name} with transfer</li>` : ""];
    });
    if (model.compared.length && view.measure !== "limit")
        keys.push(`<li><svg class="swatch long" viewBox="0 0 34 12" aria-hidden="true"><path class="even ${deviceClass(model.compared[0])}" d="M12 0V12"/><path class="even moved ${deviceClass(model.compared[0])}" d="M22 0V12"/></svg>break-even</li>`);
    return `<ul class="legend">${keys.join("")}<li><i class="bandkey"></i>quartiles</li></ul>`;
}

function drawSuite(suite, matches) {
    const rows = inOrder(model.rows.filter((r) => r.suite === suite && matches(r)));
    const every = view.open.has(suite) || rows.length <= most + 4, shown = every ? rows : rows.slice(0, most);
    const button = rows.length > most + 4
        ? `<p class="more"><button type="button" data-suite="${esc(suite)}">${every ? `Show the first ${most} only` : `Show all ${grouped(rows.length)}`}</button></p>` : "";
    const tables = model.compared.length ? model.compared.map((d) => drawPays(shown, d)).join("")
        : model.measured.map((d) => drawReached(shown, d)).join("");
    return `${tables}${legend()}<div class="grid" role="group" aria-label="Plots: ${esc(suiteName(suite))}">${shown.map(drawCard).join("")}</div>${button}`;
}

function drawSuites() {
    const matches = matcher(), left = new Set(model.rows.filter(matches).map((r) => r.suite));
    for (const suite of suiteOrder) {
        const section = by(`suite-${suite}`);
        section.hidden = !left.has(suite);
        section.querySelector(".inside").innerHTML = left.has(suite) ? drawSuite(suite, matches) : "";
    }
    by("none").hidden = left.size > 0;
    for (const grid of document.querySelectorAll(".grid")) {
        const first = grid.querySelector(".plot");
        if (first) first.tabIndex = 0;
    }
    fade();
    document.documentElement.dataset.plots = document.querySelectorAll("svg.plot").length;
    document.documentElement.dataset.rooflines = document.querySelectorAll("svg.roofplot").length;
}

// Points of the rooflines that the filter leaves out stay, faintly.
function fade() {
    const matches = matcher(), out = new Set(model.rows.filter((r) => !matches(r)).map((r) => r.id));
    for (const e of document.querySelectorAll(".roofplot [data-row]")) e.classList.toggle("faint", out.has(e.dataset.row));
}

const drawFigures = () => {
    by("lines").innerHTML = drawTable(matcher());
};

function suiteSection(suite) {
    const rows = model.rows.filter((r) => r.suite === suite);
    const mine = suite === "mine" && report.mine;
    const about = mine ? `<p><code>${esc(report.mine.spec)}</code> on <code>${esc(report.mine.data)}</code></p>${mineVerdict(rows)}` : "";
    return `<section class="suite" id="suite-${esc(suite)}"><h2>${esc(suiteName(suite))} <small>${grouped(rows.length)}</small></h2>${about}<div class="inside"></div></section>`;
}

// The answer for the user's own pipeline, in a sentence for each step of it.
function mineVerdict(rows) {
    const said = rows.flatMap((r) => model.compared.map((d) => {
        const alone = paysFrom(r, d, "alone"), moved = paysFrom(r, d, "with_transfer");
        const say = (n) => (n === 0 ? "at every size" : n === Infinity ? `at no size up to ${count(largestOfBoth(r, d))} ${r.unit}` : `from ${count(n)} ${r.unit} on`);
        if (Number.isNaN(alone)) return "";
        const both = say(alone) === say(moved) ? ", with the transfer or without" : Number.isNaN(moved) ? "" : `; with the transfer, ${say(moved)}`;
        const cheaper = cheaperFrom(r, d), price = Number.isNaN(cheaper) ? "" : ` It is the cheaper one ${say(cheaper)}.`;
        return `<li><b>${esc(r.name)}</b>: ${esc(`${deviceTitle(d)} is faster ${say(alone)}${both}.${price}`)}</li>`;
    }));
    const rates = rows.map((r) => {
        const each = model.measured.map((d) => [d, lastOn(r, d)]).filter((v) => v[1])
            .map(([d, p]) => `${count(p.n / p.on[d].median)} ${esc(r.unit || "rows")}/s on ${esc(theDevice(d))}`);
        return each.length ? `<li><b>${esc(r.name)}</b>: ${each.join(", ")} at the largest size.</li>` : "";
    });
    return `<ul class="verdict">${said.join("")}${rates.join("")}</ul>`;
}

function drawBar() {
    const link = (s) => [`suite-${s}`, suiteName(s)];
    const links = [...(by("glance") ? [["glance", "At a glance"]] : []), ...suiteOrder.filter((s) => s === "mine").map(link),
        ...(by("roofline") ? [["roofline", "Roofline"]] : []), ...suiteOrder.filter((s) => s !== "mine").map(link), ["figures", "All figures"]];
    const options = (list, chosen) => list.map(([k, name]) => `<option value="${k}"${k === chosen ? " selected" : ""}>${esc(name)}</option>`).join("");
    by("bar").innerHTML = `<ul>${links.map(([id, name]) => `<li><a href="#${esc(id)}">${esc(name)}</a></li>`).join("")}</ul>` +
        `<form><label>Filter <input type="search" id="filter" placeholder="name, dtype or suite" spellcheck="false"></label>` +
        `<label>Plot <select id="measure">${options(Object.entries(measures).map(([k, m]) => [k, m.name]), view.measure)}</select></label>` +
        `<label>Order <select id="order">${options(Object.entries(orders).filter(([, o]) => !o.gpu || model.compared.length).map(([k, o]) => [k, o.name]), view.order)}</select></label></form>`;
}

function drawAll() {
    by("head").innerHTML = drawHead();
    by("main").innerHTML = drawGlance() + (suiteOrder.includes("mine") ? suiteSection("mine") : "") + `<div id="roofs">${drawRooflines()}</div>` +
        suiteOrder.filter((s) => s !== "mine").map(suiteSection).join("") +
        `<p class="nothing" id="none" hidden>Nothing matches the filter.</p><section id="figures"><h2>All figures</h2><p class="tools"><label><input type="checkbox" id="every"> every size, not the largest alone</label>` +
        `<button type="button" data-do="csv">Save as CSV</button> <button type="button" data-do="json">Save the report (JSON)</button></p><div id="lines"></div></section>`;
    by("foot").innerHTML = `<p>Medians, with quartiles as the spread; GPU times are device times, “with transfer” adds the way to the device and back.` +
        ` The limit of a case is what the measured copy rate and arithmetic of its device allow for the bytes and flops it needs.` +
        ` Arrow keys walk through a plot: left and right the sizes, up and down the cases.</p><p>Calx ${esc(report.calx || "")}</p>`;
    document.title = `Calx benchmark: ${model.measured.map(deviceTitle).join(", ")}`;
    drawBar();
    drawSuites();
    drawFigures();
}

// ---- pointer and keys

const rowOf = new Map(model.rows.map((r) => [r.id, r]));
let pointed = null; // the plot and the size that are pointed at

function hideTip() {
    by("tip").hidden = true;
    const dot = document.querySelector(".dot.chosen");
    if (dot) dot.classList.remove("chosen");
    if (pointed && pointed.cross) pointed.cross.setAttribute("d", "");
    pointed = null;
}

function showTip(html, x, y) {
    const tip = by("tip");
    tip.innerHTML = html;
    tip.hidden = false;
    const w = tip.offsetWidth, h = tip.offsetHeight, room = 8;
    const left = Math.min(Math.max(x + 14, room), innerWidth - w - room);
    const top = y + 18 + h + room > innerHeight ? Math.max(room, y - h - 14) : y + 18;
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
}

function pointAt(svg, k, x, y) {
    const row = rowOf.get(svg.dataset.row), at = columnsOf(row);
    if (!pointed || pointed.svg !== svg || pointed.k !== k) {
        hideTip();
        pointed = { svg, k, cross: svg.querySelector(".cross") };
        pointed.cross.setAttribute("d", `M${at[k]} ${plotBox.top}V${plotBox.bottom}`);
    }
    pointed.keys = x === undefined;
    const r = svg.getBoundingClientRect();
    showTip(pointTable(row, row.points[k]), x === undefined ? r.left + (at[k] * r.width) / size.width : x,
        y === undefined ? r.top + r.height / 2 : y);
}

function nearest(svg, clientX) {
    const r = svg.getBoundingClientRect(), x = ((clientX - r.left) * size.width) / r.width;
    const gaps = columnsOf(rowOf.get(svg.dataset.row)).map((v) => Math.abs(v - x));
    return gaps.indexOf(Math.min(...gaps));
}

// The nearest point of a roofline within a finger's width.
function nearestDot(svg, e) {
    let best = null, least = 20;
    for (const dot of svg.querySelectorAll(".dot:not(.faint)")) {
        const r = dot.getBoundingClientRect();
        const gap = Math.hypot(r.left + r.width / 2 - e.clientX, r.top + r.height / 2 - e.clientY);
        if (gap < least) [best, least] = [dot, gap];
    }
    return best;
}

function pointAtDot(dot, x, y) {
    const row = rowOf.get(dot.dataset.row), p = row.points.find((q) => q.n === Number(dot.dataset.n));
    hideTip();
    dot.classList.add("chosen");
    const r = dot.getBoundingClientRect();
    showTip(pointTable(row, p) + `<p>${digits(p.flops / p.bytes)} flops per byte, ${gigaflops(p.on[dot.dataset.device].gflops)}</p>`,
        x === undefined ? r.left : x, y === undefined ? r.top : y);
    return pointWords(row, p);
}

document.addEventListener("pointermove", (e) => {
    const svg = e.target.closest && e.target.closest("svg.plot, svg.roofplot");
    if (!svg) return hideTip();
    if (svg.classList.contains("plot")) return pointAt(svg, nearest(svg, e.clientX), e.clientX, e.clientY);
    const dot = nearestDot(svg, e);
    return dot ? pointAtDot(dot, e.clientX, e.clientY) : hideTip();
});
// What the keys have chosen stays while the page moves below it.
document.addEventListener("scroll", () => {
    if (pointed && pointed.keys) pointAt(pointed.svg, pointed.k);
    else hideTip();
}, { passive: true, capture: true });
document.addEventListener("focusout", hideTip);

function walkPlot(svg, key) {
    const plots = [...svg.closest(".grid").querySelectorAll(".plot")], here = plots.indexOf(svg);
    const row = rowOf.get(svg.dataset.row), step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) {
        const k = Math.min(Math.max((pointed && pointed.svg === svg ? pointed.k : step > 0 ? -1 : row.points.length) + step, 0), row.points.length - 1);
        pointAt(svg, k);
        by("said").textContent = pointWords(row, row.points[k]);
        return;
    }
    const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: plots.length - 1 }[key];
    const next = plots[Math.min(Math.max(to, 0), plots.length - 1)];
    svg.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
}

function walkRoof(svg, key) {
    const dots = [...svg.querySelectorAll(".dot:not(.faint)")], old = dots.indexOf(svg.querySelector(".dot.chosen"));
    const to = { ArrowLeft: old - 1, ArrowUp: old - 1, ArrowRight: old + 1, ArrowDown: old + 1, Home: 0, End: dots.length - 1 }[key];
    const dot = dots[Math.min(Math.max(to, 0), dots.length - 1)];
    if (dot) by("said").textContent = pointAtDot(dot);
}

document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") return hideTip();
    const svg = e.target.closest && e.target.closest("svg.plot, svg.roofplot");
    if (!svg || !/^(Arrow|Home$|End$)/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey) return undefined;
    e.preventDefault();
    return svg.classList.contains("plot") ? walkPlot(svg, e.key) : walkRoof(svg, e.key);
});

// ---- controls

function save(name, type, text) {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([text], { type }));
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}

document.addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (!button) return;
    const { sort, suite } = button.dataset, act = button.dataset.do;
    if (sort) {
        table.down = table.key === sort ? !table.down : false;
        table.key = sort;
        drawFigures();
        document.querySelector(`[data-sort="${sort}"]`).focus();
    } else if (suite) {
        if (!view.open.delete(suite)) view.open.add(suite);
        drawSuites();
        const again = document.querySelector(`[data-suite="${suite}"]`);
        if (again) again.focus({ preventScroll: view.open.has(suite) });
    } else if (act === "lines") {
        table.all = true;
        drawFigures();
    } else if (act === "csv") save("calx-bench.csv", "text/csv", tableAsCsv(matcher()));
    else if (act === "json") save("calx-bench.json", "application/json", JSON.stringify(report, null, 2) + "\n");
});

let waiting = 0;
document.addEventListener("input", (e) => {
    if (e.target.id === "filter") view.filter = e.target.value;
    else if (e.target.id === "measure") view.measure = e.target.value;
    else if (e.target.id === "order") view.order = e.target.value;
    else if (e.target.id === "every") table.every = e.target.checked;
    else return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
        if (e.target.id !== "every") drawSuites();
        drawFigures();
    }, e.target.id === "filter" ? 120 : 0);
});
document.addEventListener("submit", (e) => e.preventDefault());

narrow.addEventListener("change", () => {
    by("roofs").innerHTML = drawRooflines();
    fade();
});

// On paper there is nothing to open: everything is drawn.
addEventListener("beforeprint", () => {
    view.open = new Set(suiteOrder);
    table.all = true;
    drawSuites();
    drawFigures();
});

drawAll();
