// Plots of one operation: time against size, both logarithmic. Drawn as text, so that hundreds of them
// cost little; the looks are in page.css.

const log10 = Math.log10;
const round1 = (v) => Math.round(v * 10) / 10;

// Logarithmic scale from [low, high] to [a, b], a little wider than the values.
function logScale(low, high, a, b, pad = 0.04) {
    let l = log10(low), h = log10(high);
    const room = Math.max((h - l) * pad, h - l < 0.3 ? 0.2 : 0);
    l -= room;
    h += room;
    const s = (v) => round1(a + ((log10(v) - l) / (h - l)) * (b - a));
    s.low = 10 ** l;
    s.high = 10 ** h;
    s.decades = h - l;
    return s;
}

// Powers of ten, with 2 and 5 between them where there are few, and every other one where many.
function logTicks(s, most = 7) {
    const ticks = [], from = Math.floor(log10(s.low)), to = Math.ceil(log10(s.high));
    const step = Math.max(1, Math.ceil(s.decades / most));
    const between = s.decades < 1.2 ? [1, 2, 5] : s.decades < 2.2 && most > 4 ? [1, 3] : [1];
    for (let k = from; k <= to; k++)
        for (const m of between) {
            const v = m * 10 ** k;
            if (k % step === 0 && v >= s.low * 0.999 && v <= s.high * 1.001) ticks.push(v);
        }
    return ticks;
}

// Texts of ticks: powers where the numbers are long.
const powerText = (v) => "10" + superscript(Math.round(log10(v)));
function plainTicks(ticks) {
    const powers = ticks.every((v) => Math.abs(log10(v) - Math.round(log10(v))) < 1e-9);
    const long = ticks.some((v) => v >= 1e4 || v < 1e-2);
    return (v) => (powers && long && (v >= 1e3 || v < 0.1) ? powerText(v) : v < 1 ? short(digits(v)) : count(v));
}
const textTicks = (f) => () => (v) => short(f(v));

// What can stand on the vertical axis.
const measures = {
    time: {
        name: "time", axis: "time", value: (o) => o.median, ends: (o) => [o.low, o.high],
        transfer: (o) => o.with_transfer, text: seconds,
    },
    each: {
        name: "time per element or row", axis: "time for one",
        value: (o, p) => o.median / p.n, ends: (o, p) => [o.low / p.n, o.high / p.n],
        transfer: (o, p) => o.with_transfer / p.n, text: seconds,
    },
    limit: {
        name: "share of the limit", axis: "share of the limit", value: (o) => o.limit,
        ends: (o) => [(o.limit * o.median) / o.high, (o.limit * o.median) / o.low],
        transfer: () => NaN, text: share,
    },
};

const marks = [
    (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0z`,
    (x, y) => `M${x - 2.8} ${y - 2.8}h5.6v5.6h-5.6z`,
    (x, y) => `M${x} ${y - 3.6}l3.4 6h-6.8z`,
    (x, y) => `M${x} ${y - 3.8}l3.8 3.8l-3.8 3.8l-3.8-3.8z`,
    (x, y) => `M${x - 3.4} ${y - 2.4}h6.8l-3.4 6z`,
];
const markOf = (k, x, y) => marks[k % marks.length](x, y);

const lineOf = (pts) => pts.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("");

// Every line of a row: one for each device, and one more for a GPU with its transfers.
function seriesOf(row, measure) {
    const all = [];
    for (const d of model.measured) {
        const here = row.points.filter((p) => onDevice(p, d));
        if (!here.length) continue;
        const kind = (get) => here.map((p) => [p.n, get(p.on[d], p)]).filter((v) => v[1] > 0 && known(v[1]));
        const values = kind(measure.value);
        if (values.length)
            all.push({ device: d, values, band: here.map((p) => [p.n, ...measure.ends(p.on[d], p)])
                .filter((v) => v[1] > 0 && known(v[2])) });
        const moved = d === "cpu" ? [] : kind(measure.transfer);
        if (moved.length) all.push({ device: d, values: moved, band: [], transfer: true });
    }
    return all;
}

function drawSeries(s, x, y) {
    const look = deviceClass(s.device), k = deviceNumber(s.device);
    const pts = s.values.map(([n, v]) => [x(n), y(v)]);
    const band = s.band.map(([n, a, b]) => [x(n), y(a), y(b)]);
    let out = "";
    if (band.length > 1)
        out += `<path class="band ${look}" d="${lineOf(band.map((b) => [b[0], b[1]]))}` +
            `${band.reverse().map((b) => `L${b[0]} ${b[2]}`).join("")}z"/>`;
    else if (band.length)
        out += `<path class="line ${look}" d="M${band[0][0]} ${band[0][1]}V${band[0][2]}"/>`;
    out += `<path class="line ${look}${s.transfer ? " moved" : ""}" d="${lineOf(pts)}"/>`;
    return out + `<path class="mark ${look}${s.transfer ? " hollow" : ""}" d="${pts.map(([a, b]) => markOf(k, a, b)).join("")}"/>`;
}

// Break-even sizes of the first GPU, as upright lines with their numbers above the plot.
function drawBreakEven(row, x, box) {
    let out = "", taken = null;
    for (const d of model.compared.slice(0, 1))
        for (const key of ["alone", "with_transfer"]) {
            const n = paysFrom(row, d, key);
            if (!(n > 0) || n === Infinity || n < x.low || n > x.high) continue;
            const at = x(n), label = Math.min(Math.max(at, box.left + 16), box.right - 16);
            const clash = taken !== null && Math.abs(label - taken) < 46;
            taken = label;
            out += `<path class="even ${deviceClass(d)}${key === "alone" ? "" : " moved"}" d="M${at} ${box.top}V${box.bottom}"/>` +
                `<text class="even ${deviceClass(d)}" x="${label}" y="${box.top - (clash ? 16 : 4)}" text-anchor="middle">${count(n)}</text>`;
        }
    return out;
}

// Axes with their names; yTicks makes the function that writes the marks of the upright one.
function drawAxes(x, y, box, yTicks, xName, yName, most = 6) {
    const across = logTicks(x, most), up = logTicks(y, most), xText = plainTicks(across), yText = yTicks(up);
    let out = "", last = -1e9;
    for (const v of across) {
        const at = x(v), text = xText(v);
        out += `<path class="grid" d="M${at} ${box.top}V${box.bottom}"/>`;
        if (at - last < 10 + 6.2 * text.length) continue;
        last = at;
        out += `<text class="tick" x="${at}" y="${box.bottom + 14}" text-anchor="middle">${text}</text>`;
    }
    for (const v of up) {
        const at = y(v);
        out += `<path class="grid" d="M${box.left} ${at}H${box.right}"/>` +
            `<text class="tick" x="${box.left - 6}" y="${at + 3.5}" text-anchor="end">${yText(v)}</text>`;
    }
    return out + `<path class="axis" d="M${box.left} ${box.top}V${box.bottom}H${box.right}"/>` +
        `<text class="name" x="${(box.left + box.right) / 2}" y="${box.bottom + 29}" text-anchor="middle">${esc(xName)}</text>` +
        (yName ? `<text class="name" x="${box.left - 44}" y="${box.top - 10}">${esc(yName)}</text>` : "");
}

const size = { width: 340, height: 226 };
const plotBox = { left: 54, right: 328, top: 30, bottom: 188 };

// One plot. Which sizes lie where is kept for the pointer: columns.
function drawPlot(row, measureName) {
    const measure = measures[measureName], series = seriesOf(row, measure);
    if (!series.length)
        return `<p class="nothing">No ${measure.name} for this one.</p>`;
    const ns = row.points.map((p) => p.n);
    const vs = series.flatMap((s) => [...s.values.map((v) => v[1]), ...s.band.flatMap((b) => [b[1], b[2]])]);
    const x = logScale(Math.min(...ns), Math.max(...ns), plotBox.left, plotBox.right);
    const y = logScale(Math.min(...vs), Math.max(...vs), plotBox.bottom, plotBox.top, 0.05);
    return `<svg class="plot" viewBox="0 0 ${size.width} ${size.height}" role="img" tabindex="-1"` +
        ` data-row="${row.id}" aria-labelledby="${row.id}-name" aria-describedby="${row.id}-text">` +
        `<desc id="${row.id}-text">${esc(describe(row))}</desc>` +
        drawAxes(x, y, plotBox, textTicks(measure.text), row.unit || "size", measure.axis) +
        (measureName === "limit" ? "" : drawBreakEven(row, x, plotBox)) +
        series.map((s) => drawSeries(s, x, y)).join("") +
        `<path class="cross" d=""/></svg>`;
}

const columnsOf = (row) => {
    const ns = row.points.map((p) => p.n);
    const x = logScale(Math.min(...ns), Math.max(...ns), plotBox.left, plotBox.right);
    return ns.map((n) => x(n));
};

// The plot in words, for those who hear it.
function describe(row) {
    const said = [];
    for (const d of model.measured) {
        const here = row.points.filter((p) => onDevice(p, d));
        if (!here.length) continue;
        const a = here[0], b = here[here.length - 1];
        said.push(`${deviceName(d)}: ${seconds(a.on[d].median)} at ${exactly(a.n)}` +
            (b === a ? "" : `, ${seconds(b.on[d].median)} at ${exactly(b.n)}`) + ` ${row.unit || ""}`);
    }
    for (const d of model.compared) {
        const alone = paysFrom(row, d, "alone"), moved = paysFrom(row, d, "with_transfer");
        if (!Number.isNaN(alone)) said.push(`${deviceName(d)} faster than the CPU: ${from(alone, row, d)}`);
        if (!Number.isNaN(moved)) said.push(`with transfer: ${from(moved, row, d)}`);
    }
    return said.join("; ") + ". All figures are in the table at the end of the page.";
}

// All devices at one size: what the pointer and the arrow keys show.
function pointTable(row, p) {
    const devices = model.measured.filter((d) => onDevice(p, d));
    const lines = devices.map((d) => {
        const o = p.on[d], gpu = d !== "cpu";
        return `<tr><th scope="row"><i class="key ${deviceClass(d)}"></i>${esc(deviceName(d))}</th>` +
            `<td>${seconds(o.median)}</td><td>${seconds(o.low)} – ${seconds(o.high)}</td>` +
            `<td>${mainRate(row, p, d)}</td><td>${percent(o.limit)}</td><td>${gpu && model.compared.length ? times(speedUp(p, d)) : ""}</td>` +
            (hasPrices ? `<td>${price(o.per_million)}</td>` : "") + "</tr>" +
            (gpu && known(o.with_transfer)
                ? `<tr><th scope="row" class="sub">with transfer</th><td>${seconds(o.with_transfer)}</td><td></td><td></td><td></td>` +
                  `<td>${model.compared.length ? times(speedUp(p, d, "with_transfer")) : ""}</td></tr>` : "");
    });
    return `<b>${esc(row.name)}</b>, ${exactly(p.n)} ${esc(row.unit || "")}, ${esc(row.dtype || "")}` +
        `<table><thead><tr><td></td><th>median</th><th>quartiles</th><th>rate</th><th>of limit</th>` +
        `<th>${model.compared.length ? "faster" : ""}</th>${hasPrices ? "<th>per million</th>" : ""}</tr></thead><tbody>${lines.join("")}</tbody></table>`;
}

function pointWords(row, p) {
    return `${row.name}, ${exactly(p.n)} ${row.unit || ""}: ` +
        model.measured.filter((d) => onDevice(p, d)).map((d) =>
            `${deviceName(d)} ${seconds(p.on[d].median)}` +
            (known(p.on[d].with_transfer) ? `, with transfer ${seconds(p.on[d].with_transfer)}` : "") +
            (known(speedUp(p, d)) && d !== "cpu" ? `, ${times(speedUp(p, d))} the speed of the CPU` : "")).join("; ");
}
