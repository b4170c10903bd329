// What stands before the plots: the machine and its ceilings, the answer in a few figures, one roofline
// for each device, and for each suite the sizes from which a GPU pays.

function drawHead() {
    const m = report.machine || {}, when = new Date(report.date);
    const date = Number.isNaN(when.getTime()) ? esc(report.date || "")
        : `<time datetime="${esc(report.date)}">${esc(when.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }))} UTC</time>`;
    const ceiling = (name, text) => (text === "–" ? "" : `<div><dt>${name}</dt><dd>${text}</dd></div>`);
    const cards = model.devices.map((d) => {
        const c = model.ceilings.get(d) || {}, g = model.described.get(d);
        const about = d === "cpu" ? [known(m.threads) ? plural(m.threads, "thread") : "", m.isa, m.library] : [g && g.library];
        return `<section class="device ${deviceClass(d)}"><h2><i class="key ${deviceClass(d)}"></i>${esc(d === "cpu" ? "CPU" : d)}` +
            `<span>${esc(deviceTitle(d))}</span></h2><p>${about.filter(Boolean).map(esc).join(" · ")}</p><dl>` +
            ceiling("copy", gigabytes(c.copy_gbs)) + ceiling("arithmetic float64", gigaflops(c.f64_gflops)) +
            ceiling("arithmetic float32", gigaflops(c.f32_gflops)) + ceiling("to the device", gigabytes(c.to_gbs)) +
            ceiling("from the device", gigabytes(c.from_gbs)) + `</dl></section>`;
    });
    const busy = known(m.load) && m.load > 0.3
        ? `<p class="note"><b>The machine was busy</b>: its load was ${short(digits(m.load, 2))} before the first measurement. Trust ratios more than times, and measure again when it is quiet.</p>` : "";
    const alone = model.gpus.length ? ""
        : `<p class="note"><b>No GPU in this report</b>: the plots show the CPU's lines alone, and there is no break-even size.</p>`;
    return `<h1>Calx benchmark</h1><p class="made">Calx ${esc(report.calx || "")} · ${date} · measured ceilings of this machine:</p>` +
        `<div class="devices">${cards.join("")}</div>${alone}${busy}`;
}

const tile = (figure, text) => `<div class="tile"><b>${figure}</b><span>${text}</span></div>`;

function drawGlance() {
    const rows = model.rows.filter((r) => r.suite !== "mine"), tiles = [];
    const ended = (d, key) => rows.map((r) => {
        const p = lastOn(r, d);
        return p ? speedUp(p, d, key) : NaN;
    }).filter(known);
    const sizes = rows.map((r) => r.points.length), few = Math.min(...sizes), many = Math.max(...sizes);
    if (rows.length)
        tiles.push(tile(grouped(rows.length), `${rows.length === 1 ? "case" : "cases"}, ${
            few === many ? plural(many, "size") : `${few} to ${many} sizes`} each`));
    for (const d of model.compared) {
        const alone = ended(d, "median"), moved = ended(d, "with_transfer");
        const wins = (v) => v.filter((s) => s >= 1).length;
        if (alone.length)
            tiles.push(tile(`${wins(alone)} <small>of ${alone.length}</small>`,
                `faster on ${esc(theDevice(d))} at their largest size, data there: ${times(geometricMean(alone))} on average`));
        if (moved.length)
            tiles.push(tile(`${wins(moved)} <small>of ${moved.length}</small>`,
                `still faster with the transfer both ways: ${times(geometricMean(moved))} on average`));
    }
    for (const d of rows.length ? model.measured : []) {
        const reached = median(rows.map((r) => (lastOn(r, d) ? lastOn(r, d).on[d].limit : NaN)));
        if (known(reached)) tiles.push(tile(percent(reached), `of ${esc(theDevice(d))}’s limit is what the middle one of them reaches at its largest size`));
    }
    if (!tiles.length) return "";
    return `<section id="glance" aria-label="At a glance"><div class="tiles">${tiles.join("")}</div></section>`;
}

// ---- roofline

// Wide, or as narrow as a telephone, where letters must not shrink.
const narrow = matchMedia("(max-width: 700px)");
const roofShape = () => (narrow.matches
    ? { width: 360, height: 330, box: { left: 50, right: 354, top: 26, bottom: 286 }, names: 14 }
    : { width: 620, height: 400, box: { left: 58, right: 608, top: 26, bottom: 356 }, names: 40 });

function roofPoints(d) {
    const points = [];
    for (const row of model.rows) {
        const p = lastOn(row, d), o = p && p.on[d];
        if (o && p.flops > 0 && p.bytes > 0 && o.gflops > 0)
            points.push({ row, p, x: p.flops / p.bytes, y: o.gflops });
    }
    return points;
}

// The slanted and the level lines, and the boxes that their names cover. A name goes to an end of its
// line where it lies on no point.
function roofLines(c, x, y, box, points) {
    const peaks = [["float64", c.f64_gflops], ["float32", c.f32_gflops]].filter((p) => p[1] > 0).sort((a, b) => b[1] - a[1]);
    const top = peaks.length ? peaks[0][1] : 0, taken = [];
    const free = (b) => !points.some((q) => x(q.x) > b[0] - 3 && x(q.x) < b[2] + 3 && y(q.y) > b[1] - 3 && y(q.y) < b[3] + 3);
    let out = "";
    const slope = (rate, look, name) => {
        const end = Math.min(x.high, top > 0 ? top / rate : x.high), from = Math.max(x.low, y.low / rate);
        if (!(rate > 0) || from >= end) return;
        const tilt = (Math.atan2(y(end * rate) - y(from * rate), x(end) - x(from)) * 180) / Math.PI;
        const text = `${name} ${gigabytes(rate)}`, turn = (tilt * Math.PI) / 180;
        const spot = (share) => { // small boxes in a row, as the text lies
            const at = from * (end / from) ** share, px = x(at) - 4 * Math.sin(-turn), py = y(at * rate) - 5, boxes = [];
            for (let along = 0; along < 6 * text.length; along += 9) {
                const qx = px + along * Math.cos(turn), qy = py + along * Math.sin(turn);
                boxes.push([qx - 5, qy - 11, qx + 9, qy + 3]);
            }
            return { px, py, boxes };
        };
        const spots = [0.04, 0.25, 0.45, 0.6].map(spot);
        const { px, py, boxes } = spots.find((s) => s.boxes.every(free)) || spots[0];
        taken.push(...boxes);
        out += `<path class="roof ${look}" d="M${x(from)} ${y(from * rate)}L${x(end)} ${y(end * rate)}"/>` +
            `<text class="rooftext" transform="translate(${round1(px)} ${round1(py)}) rotate(${round1(tilt)})">${text}</text>`;
    };
    const cached = Math.max(0, ...(c.copies || []).map((v) => v.gbs).filter(known));
    if (cached > 1.2 * c.copy_gbs) slope(cached, "cached", "copy in cache");
    slope(c.copy_gbs, "", "copy");
    slope(c.to_gbs, "bus", "transfer");
    let above = 1e9; // where the line before this one lies
    peaks.forEach(([dtype, peak], i) => {
        const from = known(c.copy_gbs) ? Math.max(x.low, peak / c.copy_gbs) : x.low;
        const next = peaks[i + 1], close = next && y(next[1]) - y(peak) < 16;
        if (from < x.high) out += `<path class="roof" d="M${x(from)} ${y(peak)}H${box.right}"/>`;
        if (above < 16) return;
        above = next ? y(next[1]) - y(peak) : 1e9;
        const text = `${dtype} ${gigaflops(peak)}${close ? `, ${next[0]} ${gigaflops(next[1])}` : ""}`;
        const w = 6.2 * text.length, place = (left) => [left, y(peak) - 16, left + w, y(peak) - 1];
        const spots = [place(box.right - 2 - w), place(Math.min(x(from) + 4, box.right - 2 - w))];
        const spot = spots.find(free) || spots[0];
        taken.push(spot);
        out += `<text class="rooftext" x="${round1(spot[0])}" y="${round1(y(peak) - 5)}">${text}</text>`;
    });
    return { out, taken };
}

// Names beside points, where they cover no point and no other name; the highest points first.
function roofLabels(points, x, y, { box, names }, covered) {
    const taken = [...covered, ...points.map((q) => [x(q.x) - 5, y(q.y) - 5, x(q.x) + 5, y(q.y) + 5])];
    const free = (b) => b[0] >= box.left && b[2] <= box.right && b[1] >= box.top && b[3] <= box.bottom &&
        taken.every((t) => b[2] < t[0] || b[0] > t[2] || b[3] < t[1] || b[1] > t[3]);
    let out = "", left = names;
    for (const q of [...points].sort((a, b) => b.y - a.y)) {
        if (left === 0) break;
        const text = q.row.name.length > 22 ? q.row.name.slice(0, 21) + "…" : q.row.name;
        const w = 5.8 * text.length, px = x(q.x), py = y(q.y);
        for (const [dx, dy, anchor] of [[8, 4, "start"], [-8, 4, "end"], [0, -8, "middle"], [0, 16, "middle"]]) {
            const x0 = px + dx - (anchor === "start" ? 0 : anchor === "end" ? w : w / 2);
            const b = [x0, py + dy - 9, x0 + w, py + dy + 3];
            if (!free(b)) continue;
            taken.push(b);
            out += `<text class="pointname" data-row="${q.row.id}" x="${round1(px + dx)}" y="${round1(py + dy)}" text-anchor="${anchor}">${esc(text)}</text>`;
            left--;
            break;
        }
    }
    return out;
}

// The user's own comes first.
const suiteOrder = [...new Set(model.rows.map((r) => r.suite))].sort((a, b) => (b === "mine") - (a === "mine"));

function drawRoofline(d) {
    const points = roofPoints(d), c = model.ceilings.get(d) || {};
    if (!points.length) return "";
    const peaks = [c.f64_gflops, c.f32_gflops].filter((v) => v > 0);
    const ridges = known(c.copy_gbs) ? peaks.map((v) => v / c.copy_gbs) : [];
    const xs = [...points.map((q) => q.x), ...ridges.map((v) => v * 3)], ys = [...points.map((q) => q.y), ...peaks];
    const shape = roofShape(), { box } = shape;
    const x = logScale(Math.min(...xs), Math.max(...xs), box.left, box.right, 0.05);
    const y = logScale(Math.min(...ys), Math.max(...ys), box.bottom, box.top, 0.07);
    const lines = roofLines(c, x, y, box, points);
    const dots = points.map((q) =>
        `<path class="dot ${suiteClass(q.row.suite)}${q.row.dtype === "float32" ? " hollow" : ""}" data-row="${q.row.id}"` +
            ` data-n="${q.p.n}" data-device="${esc(d)}" d="${markOf(suiteNumber(q.row.suite), x(q.x), y(q.y))}"/>`);
    const silent = model.rows.filter((r) => lastOn(r, d)).length - points.length;
    const id = `roof-${model.devices.indexOf(d)}`;
    return `<figure class="roofline"><figcaption id="${id}-name"><i class="key ${deviceClass(d)}"></i>${esc(d === "cpu" ? "CPU" : d)}` +
        ` <span>${esc(deviceTitle(d))}</span></figcaption>` +
        `<svg class="roofplot" viewBox="0 0 ${shape.width} ${shape.height}" role="img" tabindex="0" data-device="${esc(d)}"` +
        ` aria-labelledby="${id}-name" aria-describedby="${id}-text"><desc id="${id}-text">${esc(`Roofline of ${deviceTitle(d)}: ${points.length} points, arithmetic rate over flops per byte. Their figures are in the table at the end of the page.`)}</desc>` +
        drawAxes(x, y, box, plainTicks, "flops per byte", "GFLOP/s", narrow.matches ? 5 : 7) +
        lines.out + dots.join("") + roofLabels(points, x, y, shape, lines.taken) + `</svg>` +
        (silent > 0 ? `<p class="under">${plural(silent, "case")} without counted arithmetic ${silent === 1 ? "is" : "are"} in the table only.</p>` : "") + `</figure>`;
}

function drawRooflines() {
    const plots = model.measured.map(drawRoofline).filter(Boolean);
    if (!plots.length) return "";
    const drawn = suiteOrder.filter((s) => model.measured.some((d) => roofPoints(d).some((q) => q.row.suite === s)));
    const legend = drawn.map((s) =>
        `<li><svg class="swatch" viewBox="-6 -6 12 12" aria-hidden="true"><path class="dot ${suiteClass(s)}" d="${markOf(suiteNumber(s), 0, 0)}"/></svg>${esc(suiteName(s))}</li>`);
    return `<section id="roofline"><h2>Roofline</h2><p>Each case at its largest size. The slanted line is what memory allows, the level ones are the` +
        ` arithmetic: a point on its line is at the limit, one far below has room. Above the slanted line is what came from a cache. Hollow: float32.</p>` +
        `<ul class="legend">${legend.join("")}</ul><div class="roofs${plots.length === 1 ? " one" : ""}">${plots.join("")}</div></section>`;
}

// ---- where it pays, for each row of a suite

const place = (v, a, b) => round1((100 * Math.log(v / a)) / Math.log(b / a));

function zones(row, d, low, high) {
    const here = row.points.filter((p) => onDevice(p, "cpu") && onDevice(p, d)).map((p) => p.n);
    if (!here.length) return "";
    const a = here[0], b = here[here.length - 1];
    const clip = (n) => (Number.isNaN(n) ? b : Math.min(Math.max(n, a), b));
    const alone = clip(paysFrom(row, d, "alone")), moved = Math.max(alone, clip(paysFrom(row, d, "with_transfer")));
    const zone = (look, u, v) =>
        v > u || a === b ? `<i class="zone ${look}" style="left:${place(u, low, high)}%;width:${round1(place(v, low, high) - place(u, low, high))}%"></i>` : "";
    return zone("dev0", a, alone) + zone(`half ${deviceClass(d)}`, alone, moved) + zone(deviceClass(d), moved, b);
}

function paysRow(row, d, low, high) {
    const p = lastOn(row, d);
    if (!p) return "";
    return `<tr data-row="${row.id}"><th scope="row">${esc(row.name)} <small>${esc(row.dtype || "")}</small></th>` +
        `<td class="wide"><div class="track" aria-hidden="true">${zones(row, d, low, high)}</div></td>` +
        `<td>${from(paysFrom(row, d, "alone"), row, d)}</td><td>${from(paysFrom(row, d, "with_transfer"), row, d)}</td>` +
        `<td>${times(speedUp(p, d))}</td><td>${times(speedUp(p, d, "with_transfer"))}</td>` +
        (hasPrices ? `<td>${from(cheaperFrom(row, d), row, d)}</td>` : "") + `</tr>`;
}

function drawPays(rows, d) {
    const groups = new Map();
    for (const r of rows) groups.set(r.unit, [...(groups.get(r.unit) || []), r]);
    const bodies = [...groups].map(([unit, list]) => {
        const ns = list.flatMap((r) => r.points.map((p) => p.n));
        const low = Math.min(...ns), high = Math.max(Math.max(...ns), low * 1.01), ticks = [];
        for (let k = Math.ceil(log10(low) - 1e-9); k <= log10(high) + 1e-9; k++) ticks.push(10 ** k);
        const text = plainTicks(ticks);
        return `<tbody><tr class="scale"><th scope="rowgroup">${esc(unit || "size")}</th><td class="wide"><div class="ticks" aria-hidden="true">${ticks.map((v) => `<span style="left:${place(v, low, high)}%">${text(v)}</span>`).join("")}</div></td>` +
            `<td colspan="${hasPrices ? 5 : 4}"></td></tr>${list.map((r) => paysRow(r, d, low, high)).join("")}</tbody>`;
    });
    return `<div class="scroll"><table class="pays"><caption>Where ${esc(deviceTitle(d))} pays</caption>` +
        `<thead><tr><th rowspan="2" scope="col">operation</th><th rowspan="2" scope="col" class="wide">faster here, by size` +
        `<span class="zones"><span><i class="zone dev0"></i>CPU</span> <span><i class="zone half ${deviceClass(d)}"></i>${esc(deviceName(d))}, data there</span>` +
        ` <span><i class="zone ${deviceClass(d)}"></i>${esc(deviceName(d))}, with transfer</span></span></th>` +
        `<th colspan="2" scope="colgroup">${esc(deviceName(d))} faster</th><th colspan="2" scope="colgroup">at the largest size</th>` +
        (hasPrices ? `<th rowspan="2" scope="col">${esc(deviceName(d))} cheaper</th>` : "") +
        `</tr><tr><th scope="col">data there</th><th scope="col">with transfer</th><th scope="col">data there</th><th scope="col">with transfer</th></tr></thead>${bodies.join("")}</table></div>`;
}

// Of one device alone: how much of the limit each row reaches.
function drawReached(rows, d) {
    const last = rows.map((r) => [r, lastOn(r, d)]).filter((v) => v[1]);
    const most = Math.max(1, ...last.map((v) => v[1].on[d].limit).filter(known));
    const body = last.map(([r, p]) => {
        const o = p.on[d];
        return `<tr data-row="${r.id}"><th scope="row">${esc(r.name)} <small>${esc(r.dtype || "")}</small></th>` +
            `<td class="wide"><div class="track" aria-hidden="true">${known(o.limit) ? `<i class="zone ${deviceClass(d)}" style="left:0;width:${round1((100 * o.limit) / most)}%"></i>` : ""}` +
            `<i class="goal" style="left:${round1(100 / most)}%"></i></div></td><td>${percent(o.limit)}</td>` +
            `<td>${mainRate(r, p, d)}</td><td>${seconds(o.median)}</td><td>${count(p.n)} ${esc(r.unit || "")}</td>` +
            (hasPrices ? `<td>${price(o.per_million)}</td>` : "") + `</tr>`;
    });
    return `<div class="scroll"><table class="pays"><caption>How near the limit of ${esc(deviceTitle(d))}, at the largest size</caption><thead><tr><th scope="col">operation</th><th scope="col" class="wide">share of the limit (the mark is all of it)</th>` +
        `<th scope="col">share</th><th scope="col">rate</th><th scope="col">median</th><th scope="col">size</th>${hasPrices ? `<th scope="col">price per million</th>` : ""}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
